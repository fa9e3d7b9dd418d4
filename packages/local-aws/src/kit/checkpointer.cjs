// The thread of `checkpoints.ts`. In CommonJS, so that it runs as it is, built or not.
const { DatabaseSync } = require("node:sqlite");
const { parentPort, workerData: path } = require("node:worker_threads");

const database = new DatabaseSync(path);
database.exec("PRAGMA busy_timeout = 5000");
const copy = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");

parentPort.on("message", () => {
  copy.get();
  parentPort.postMessage("copied");
});
