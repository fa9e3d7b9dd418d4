// Where the program asks for a resource is told by a stack trace, and each of Pulumi's promises takes one. To map every frame of
// a trace to its source is a fifth of what a program takes: here it is done for the program's own frames alone, and promises
// have none.
exports.useQuickTraces = (fromSdk) => {
  if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) forgetWherePromisesAreMade(fromSdk);
  const { Resource } = fromSdk("../../resource");
  // Called by the SDK, which skips frames by their number, from the one of this function on.
  if (Resource.callsites) Resource.callsites = () => rawFrames().map(positionOf);
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

const isOwn = (file) => file && !file.startsWith("node:") && !/[\\/]node_modules[\\/]/.test(file);

function rawFrames() {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    Error.prepareStackTrace = (_error, frames) => frames;
    return new Error().stack.slice(1);
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
}

/** Frames of one run that have been mapped: a component's are those of all its resources. */
const positions = new Map();
exports.forgetPositions = () => positions.clear();

function positionOf(frame) {
  const name = frame.getFileName();
  if (!isOwn(name)) return {};
  const place = `${name}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  if (!positions.has(place)) positions.set(place, mapped(frame));
  return positions.get(place);
}

/** Mapped to its source by what the program's compiler has installed. */
function mapped(frame) {
  const text = Error.prepareStackTrace ? Error.prepareStackTrace(new Error(), [frame]) : String(frame);
  const [, file, line, column] = /\((.*):(\d+):(\d+)\)$/.exec(text) ?? [];
  return file ? { file, line: Number(line), column: Number(column) } : {};
}
