/** Node's longest timer, in milliseconds: a longer one would fire immediately. */
export const longestTimer = 2 ** 31 - 1;

/** A timer started by {@link after}. */
export interface LongTimer {
  cancel(): void;
}

/** Calls back after a delay of any length; asynchronously even if the delay is already over. */
export function after(milliseconds: number, callback: () => void): LongTimer {
  const end = Date.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = end - Date.now();
    timer = setTimeout(left > longestTimer ? arm : callback, Math.min(Math.max(left, 0), longestTimer));
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}
