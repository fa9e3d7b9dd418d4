// Servers that Pulumi's SDK opens for the engine alone (a program's callbacks, its dynamic providers) listen on a Unix socket in
// the folder PULUMI_LOCAL_SOCKETS, which is their user's alone: a port could be called by everybody on this machine. What the
// SDK takes for the port is the socket's path. `node privateServers.cjs RUN ARGUMENT ...` runs the SDK's script RUN so.
const { createRequire } = require("node:module");
const { join } = require("node:path");

exports.usePrivateServers = (fromSdk) => {
  const { Server } = fromSdk("@grpc/grpc-js");
  const bind = Server.prototype.bindAsync;
  let count = 0;
  Server.prototype.bindAsync = function (_address, credentials, done) {
    const path = join(process.env.PULUMI_LOCAL_SOCKETS, `${process.pid}-${count++}.sock`);
    bind.call(this, `unix:${path}`, credentials, (error) => done(error, path));
  };
  // The SDK calls its own server of callbacks first, to know that it answers.
  const callbacks = fromSdk("@pulumi/pulumi/proto/callback_grpc_pb.js");
  callbacks.CallbacksClient = class extends callbacks.CallbacksClient {
    constructor(address, ...others) {
      super(address.replace(/^127\.0\.0\.1:(?=\/)/, "unix:"), ...others);
    }
  };
};

if (require.main === module) {
  const [node, , run, ...args] = process.argv;
  exports.usePrivateServers(createRequire(run));
  process.argv = [node, run, ...args];
  require(run);
}
