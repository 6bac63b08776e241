/** Waiting between two tries: longer each time, shorter when the network comes back. */

const FIRST_MS = 500;
const LONGEST_MS = 5000;

/** How long to wait before try number `tries`, counted from 0. */
export function pauseMs(tries: number): number {
  return Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
}

/** Resolves after `ms`, or at once when the browser says that it is online again or `signal` ends. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
