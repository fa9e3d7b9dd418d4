// What the SDK asks of the engine beside its work is a sixth of what a program takes: what it logs for those who debug the SDK,
// which is shown only when it is asked for, the context of traces, which nobody takes, and gRPC's own statistics.
exports.useQuickCalls = (fromSdk) => {
  if (!process.env.PULUMI_LOCAL_VERBOSE) fromSdk("../../log").debug = async () => {};
  const settings = fromSdk("../../runtime/settings");
  Object.assign(settings.grpcClientOptions, { interceptors: [], "grpc.enable_channelz": 0 });
};
