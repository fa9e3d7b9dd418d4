import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Deployment } from "./deployment.ts";
import { SocketFolder } from "./sockets.ts";

const feature = resourceProto.ResourceMonitorFeature;
// Not among them: parameterized packages, byte strings, state migrations.
const features = [
  feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
  feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
  feature.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
];

type Method<Request, Response> = (request: Request) => Promise<Response>;

/** The names by which older SDKs ask for a feature; newer ones read the list. */
const legacyNames: Record<string, number> = {
  secrets: feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  deletedWith: feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  replaceWith: feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  transforms: feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  invokeTransforms: feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  resourceHooks: feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  errorHooks: feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
};

/**
 * The two services that a language host talks to, on one Unix socket that nobody else can open. Which run they serve changes;
 * the socket stays.
 */
export class EngineServer {
  readonly #server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.enable_channelz": 0,
  });
  #deployment: Deployment | undefined;
  /** For this server's socket, and those of the programs that it serves. */
  readonly sockets = new SocketFolder();
  readonly address = this.sockets.address("engine.sock");

  /** Opens a socket. */
  async listen(): Promise<void> {
    this.#server.addService(resourceGrpc.ResourceMonitorService, this.#monitor());
    this.#server.addService(engineGrpc.EngineService, this.#engine());
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(this.address, grpc.ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  serve(deployment: Deployment | undefined): void {
    this.#deployment = deployment;
  }

  close(): void {
    this.#server.forceShutdown();
    this.sockets.remove();
  }

  #unary<Request, Response>(method: (run: Deployment) => Method<Request, Response>) {
    return (call: grpc.ServerUnaryCall<Request, Response>, answer: grpc.sendUnaryData<Response>): void => {
      const run = this.#deployment;
      const served = run ? method(run)(call.request) : Promise.reject(new Error("no run is under way"));
      served.then(
        (response) => answer(null, response),
        (error: Error) => answer({ code: grpc.status.UNKNOWN, details: error.message }),
      );
    };
  }

  #nothing<Request>(method: (run: Deployment, request: Request) => void) {
    return this.#unary<Request, empty.Empty>((run) => async (request) => {
      method(run, request);
      return new empty.Empty();
    });
  }

  #monitor(): grpc.UntypedServiceImplementation {
    return {
      getDeploymentInfo: this.#unary(() => async () => {
        const info = new resourceProto.DeploymentInfo();
        info.setSupportedfeaturesList(features);
        return info;
      }),
      supportsFeature: this.#unary(() => async (request: resourceProto.SupportsFeatureRequest) => {
        const supported = request.getId() in legacyNames;
        return new resourceProto.SupportsFeatureResponse().setHassupport(supported);
      }),
      invoke: this.#unary((run) => (request: resourceProto.ResourceInvokeRequest) => run.invoke(request)),
      call: this.#unary((run) => (request: resourceProto.ResourceCallRequest) => run.call(request)),
      readResource: this.#unary((run) => (request: resourceProto.ReadResourceRequest) => run.read(request)),
      registerResource: this.#unary((run) => (request: resourceProto.RegisterResourceRequest) => run.register(request)),
      registerResourceOutputs: this.#nothing((run, request: resourceProto.RegisterResourceOutputsRequest) =>
        run.registerOutputs(request),
      ),
      registerStackTransform: this.#nothing((run, callback: { toObject(): never }) =>
        run.transforms.addStackTransform(callback.toObject()),
      ),
      registerStackInvokeTransform: this.#nothing((run, callback: { toObject(): never }) =>
        run.transforms.addInvokeTransform(callback.toObject()),
      ),
      registerResourceHook: this.#nothing((run, request: resourceProto.RegisterResourceHookRequest) =>
        run.hooks.register(request.toObject()),
      ),
      registerErrorHook: this.#nothing((run, request: resourceProto.RegisterErrorHookRequest) =>
        run.hooks.registerOnError(request.toObject()),
      ),
      signalAndWaitForShutdown: this.#unary((run) => async () => {
        await run.signalShutdown();
        return new empty.Empty();
      }),
    };
  }

  #engine(): grpc.UntypedServiceImplementation {
    return {
      log: this.#nothing((run, request: engineProto.LogRequest) => run.log(request)),
      getRootResource: this.#unary(
        (run) => async () => new engineProto.GetRootResourceResponse().setUrn(run.root ?? ""),
      ),
      setRootResource: this.#unary((run) => async (request: engineProto.SetRootResourceRequest) => {
        run.root = request.getUrn();
        return new engineProto.SetRootResourceResponse();
      }),
      startDebugging: this.#nothing(() => {}),
      requirePulumiVersion: this.#unary(() => async () => new engineProto.RequirePulumiVersionResponse()),
    };
  }
}
