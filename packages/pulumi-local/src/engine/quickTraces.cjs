// Where the program asks for a resource is told by a stack trace, and each of Pulumi's promises takes one. To map every frame of
// a trace to its source is a fifth of what a program takes: here it is done, and told, for the frame that the engine shows, the
// program's first; and promises have none.
const { relative, sep } = require("node:path");

exports.useQuickTraces = (fromSdk) => {
  if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) forgetWherePromisesAreMade(fromSdk);
  const { Resource } = fromSdk("../../resource");
  // Called by the SDK, which skips frames by their number, from the one of this function on.
  if (Resource.callsites) Resource.callsites = () => whereFrom(usualDepth) ?? whereFrom(Number.POSITIVE_INFINITY) ?? [];
};

function forgetWherePromisesAreMade(fromSdk) {
  const debuggable = fromSdk("../../runtime/debuggable");
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (...given) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...given);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

/** Frames of the request itself and of a resource's constructors, which the SDK skips: the last of them may be the program's own. */
const skipped = 5;
/** As deep is where the program asks for a resource of a package. */
const usualDepth = 12;

/** The trace down to the program's first frame, whose position is told; `undefined` when it is not among `depth` frames. */
function whereFrom(depth) {
  const frames = rawFrames(depth);
  const own = frames.findIndex((frame, at) => at >= skipped && isOfProgram(frame.getFileName()));
  return own < 0 ? undefined : [...Array.from({ length: own }, () => ({})), positionOf(frames[own])];
}

/** The program may be an ES module, which goes by its URL. */
const isOfProgram = (file) =>
  file && relative(process.env.PULUMI_NODEJS_ROOT_DIRECTORY, file.replace("file://", "")).split(sep).every(isOwnFolder);
const isOwnFolder = (name) => name !== ".." && name !== "node_modules";

function rawFrames(depth) {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = depth;
    Error.prepareStackTrace = (_error, frames) => frames;
    return new Error().stack.slice(2);
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
}

/** Frames of one run that have been mapped: a component's are those of all its resources. */
const positions = new Map();
exports.forgetPositions = () => positions.clear();

function positionOf(frame) {
  const place = `${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  if (!positions.has(place)) positions.set(place, mapped(frame));
  return positions.get(place);
}

/** Mapped to its source by what the program's compiler has installed. */
function mapped(frame) {
  const text = Error.prepareStackTrace ? Error.prepareStackTrace(new Error(), [frame]) : String(frame);
  const [, file, line, column] = /\((.*):(\d+):(\d+)\)$/.exec(text) ?? [];
  return file ? { file, line: Number(line), column: Number(column) } : {};
}
