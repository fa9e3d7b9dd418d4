// Servers that Pulumi's SDK opens for the engine alone (a program's callbacks, its dynamic providers) listen on a Unix socket in
// a folder that is their user's alone: a port could be called by everybody on this machine. What the SDK takes for the port
// is the socket's path. Usage: `usePrivateServers(requireOfTheSdk, folder)`; or preloaded, with the SDK's script as argument.
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { isMainThread } = require("node:worker_threads");

exports.usePrivateServers = (fromSdk, folder) => {
  const { Server } = fromSdk("@grpc/grpc-js");
  const bind = Server.prototype.bindAsync;
  let count = 0;
  Server.prototype.bindAsync = function (_address, credentials, done) {
    const path = join(folder, `${process.pid}-${count++}.sock`);
    bind.call(this, `unix:${path}`, credentials, (error) => done(error, path));
  };
};

const { PULUMI_LOCAL_SOCKETS: folder } = process.env;
if (folder && isMainThread && process.argv[1] && !process.argv[1].endsWith("waitingHost.cjs"))
  exports.usePrivateServers(createRequire(process.argv[1]), folder);
