import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import { EngineError } from "./events.ts";
import type { Properties } from "./provider.ts";
import type { HookedResource } from "./steps.ts";
import { toWire } from "./values.ts";

/**
 * The program's resource hooks: functions that run before or after a resource is made, changed or deleted.
 * https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class Hooks {
  readonly #callbacks: Callbacks;
  readonly #preview: boolean;
  readonly #byName = new Map<string, { callback: Callback; onDryRun: boolean; ignoreErrors: boolean }>();

  constructor(callbacks: Callbacks, preview: boolean) {
    this.#callbacks = callbacks;
    this.#preview = preview;
  }

  register(request: resourceProto.RegisterResourceHookRequest.AsObject): void {
    const { name, callback, onDryRun, ignoreErrors } = request;
    if (callback) this.#byName.set(name, { callback, onDryRun, ignoreErrors });
  }

  /** @throws {EngineError} when a hook fails that may stop the resource. */
  async run(names: string[], resource: HookedResource, warn: (text: string) => void): Promise<void> {
    for (const name of names) {
      const hook = this.#byName.get(name);
      if (!hook) throw new EngineError(`the hook "${name}" is not registered by this program`, resource.urn);
      if (this.#preview && !hook.onDryRun) continue;
      const reason = await this.#callbacks
        .call(hook.callback, request(resource), resourceProto.ResourceHookResponse.deserializeBinary)
        .then(
          (answer) => answer.getError(),
          (error: Error) => error.message,
        );
      if (!reason) continue;
      // What has been done cannot be stopped any more: an after hook warns.
      if (hook.ignoreErrors || resource.moment.startsWith("after"))
        warn(`${resource.moment} hook "${name}": ${reason}`);
      else throw new EngineError(`${resource.moment} hook "${name}": ${reason}`, resource.urn);
    }
  }
}

function request(resource: HookedResource): resourceProto.ResourceHookRequest {
  const message = new resourceProto.ResourceHookRequest();
  message.setUrn(resource.urn);
  message.setId(resource.id);
  message.setName(resource.name);
  message.setType(resource.type);
  const wire = (properties: Properties | undefined) =>
    properties && struct.Struct.fromJavaScript(toWire(properties) as Record<string, struct.JavaScriptValue>);
  message.setNewInputs(wire(resource.newInputs));
  message.setOldInputs(wire(resource.oldInputs));
  message.setNewOutputs(wire(resource.newOutputs));
  message.setOldOutputs(wire(resource.oldOutputs));
  return message;
}
