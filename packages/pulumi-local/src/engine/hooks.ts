import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import { EngineError } from "./events.ts";
import type { HookMoment, Verb } from "./goal.ts";
import type { Properties } from "./provider.ts";
import { toStruct } from "./values.ts";

/** What a hook is given. */
export interface HookedResource {
  urn: string;
  id: string;
  name: string;
  type: string;
  oldInputs?: Properties;
  oldOutputs?: Properties;
  newInputs?: Properties;
  newOutputs?: Properties;
}

/**
 * The program's resource hooks: functions that run before or after a resource is made, changed or deleted, and those that
 * say whether to try again after an error. https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class Hooks {
  readonly #callbacks: Callbacks;
  readonly #preview: boolean;
  readonly #byName = new Map<string, { callback: Callback; onDryRun: boolean; ignoreErrors: boolean }>();
  readonly #onError = new Map<string, Callback>();

  constructor(callbacks: Callbacks, preview: boolean) {
    this.#callbacks = callbacks;
    this.#preview = preview;
  }

  register(request: resourceProto.RegisterResourceHookRequest.AsObject): void {
    const { name, callback, onDryRun, ignoreErrors } = request;
    if (callback) this.#byName.set(name, { callback, onDryRun, ignoreErrors });
  }

  registerOnError({ name, callback }: resourceProto.RegisterErrorHookRequest.AsObject): void {
    if (callback) this.#onError.set(name, callback);
  }

  /** @throws {EngineError} when a hook fails that may stop the resource. */
  async run(
    moment: HookMoment,
    names: string[],
    resource: HookedResource,
    warn: (text: string) => void,
  ): Promise<void> {
    for (const name of names) {
      const hook = this.#byName.get(name);
      if (!hook) {
        throw new EngineError(`its ${moment} hook "${name}" is not registered by the program`, resource.urn);
      }
      if (this.#preview && !hook.onDryRun) continue;
      const reason = await this.#callbacks
        .call(hook.callback, hookRequest(resource), resourceProto.ResourceHookResponse.deserializeBinary)
        .then(
          (answer) => answer.getError(),
          (error: Error) => error.message,
        );
      if (!reason) continue;
      // What has been done cannot be stopped any more: an after hook warns.
      if (hook.ignoreErrors || moment.startsWith("after")) warn(`${moment} hook "${name}": ${reason}`);
      else throw new EngineError(`${moment} hook "${name}": ${reason}`, resource.urn);
    }
  }

  /**
   * Asks the error hooks whether a failed operation is tried again.
   * @param errors of every try so far, the last one first.
   */
  async retry(names: string[], resource: HookedResource, verb: Verb, errors: string[]): Promise<boolean> {
    let again = false;
    for (const name of names) {
      const callback = this.#onError.get(name);
      if (!callback) throw new EngineError(`its error hook "${name}" is not registered by the program`, resource.urn);
      const answer = await this.#callbacks.call(
        callback,
        errorRequest(resource, verb, errors),
        resourceProto.ErrorHookResponse.deserializeBinary,
      );
      if (answer.getError()) throw new EngineError(`error hook "${name}": ${answer.getError()}`, resource.urn);
      again ||= answer.getRetry();
    }
    return again;
  }
}

function hookRequest(resource: HookedResource): resourceProto.ResourceHookRequest {
  const message = new resourceProto.ResourceHookRequest();
  fill(message, resource);
  message.setNewOutputs(wire(resource.newOutputs));
  return message;
}

function errorRequest(resource: HookedResource, verb: Verb, errors: string[]): resourceProto.ErrorHookRequest {
  const message = new resourceProto.ErrorHookRequest();
  fill(message, resource);
  message.setFailedOperation(verb);
  message.setErrorsList(errors);
  return message;
}

function fill(message: resourceProto.ResourceHookRequest | resourceProto.ErrorHookRequest, resource: HookedResource) {
  message.setUrn(resource.urn);
  message.setId(resource.id);
  message.setName(resource.name);
  message.setType(resource.type);
  message.setNewInputs(wire(resource.newInputs));
  message.setOldInputs(wire(resource.oldInputs));
  message.setOldOutputs(wire(resource.oldOutputs));
}

const wire = (properties: Properties | undefined): struct.Struct | undefined => properties && toStruct(properties);
