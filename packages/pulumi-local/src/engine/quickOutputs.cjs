// A resource has an output for each property of its type, some dozens of promises each, and a program reads few of them. Here an
// output is made when it is read first: of the half million promises of a program of 500 resources most are never made.
exports.useQuickOutputs = (fromSdk) => {
  const rpc = fromSdk("../../runtime/rpc");
  const { Output } = fromSdk("../../output");
  const { isGrpcError } = fromSdk("../../errors");
  const handler = handlerFor(Output);

  rpc.transferProperties = (resource, label, properties) => {
    const resolvers = {};
    for (const name of Object.keys(properties)) {
      if (name === "id" || name === "urn") continue;
      if (Object.hasOwn(resource, name))
        throw new Error(`Property '${name}' is already initialized on target '${label}`);
      const property = new Property(Output, resource);
      resolvers[name] = (value, isKnown, isSecret, dependencies = [], error) => {
        // The engine has told of it, and the program ends.
        if (error && isGrpcError(error)) return;
        property.settle(error ? { error } : { values: [value, isKnown, isSecret, dependencies] });
      };
      resource[name] = new Proxy(property, handler);
    }
    return resolvers;
  };
};

/** A resource's property, whose output is made when somebody asks for it. */
class Property {
  #Output;
  #resource;
  #output;
  #settled;
  #promises;

  constructor(Output, resource) {
    this.#Output = Output;
    this.#resource = resource;
  }

  get made() {
    return this.#output !== undefined;
  }

  get output() {
    if (this.#output) return this.#output;
    this.#promises = Array.from({ length: 4 }, () => Promise.withResolvers());
    if (this.#settled) this.#tell();
    this.#output = new this.#Output(this.#resource, ...this.#promises.map(({ promise }) => promise));
    return this.#output;
  }

  /** @param settled its value, whether it is known and secret, and what it depends on; or the error. */
  settle(settled) {
    this.#settled = settled;
    if (this.#promises) this.#tell();
  }

  #tell() {
    const { values, error } = this.#settled;
    for (const [at, { resolve, reject }] of this.#promises.entries()) error ? reject(error) : resolve(values[at]);
  }
}

/** What is looked up to tell what kind of thing it is; an output has none of it. */
const isMark = (name) => name === "then" || (typeof name === "string" && name.startsWith("__"));

function handlerFor(Output) {
  const traps = ["defineProperty", "deleteProperty", "getOwnPropertyDescriptor", "has", "ownKeys", "set"];
  const passOn =
    (trap) =>
    (property, ...given) =>
      Reflect[trap](property.output, ...given.slice(0, 2));
  return {
    ...Object.fromEntries(traps.map((trap) => [trap, passOn(trap)])),
    getPrototypeOf: () => Output.prototype,
    get: (property, name) => {
      if (name === "__pulumiOutput") return true;
      return property.made || !isMark(name) ? property.output[name] : undefined;
    },
  };
}
