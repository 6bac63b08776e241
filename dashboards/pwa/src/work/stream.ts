/** One connection to the events of a job. Knows nothing of trying again. */

import { EVENT_TYPES, type JobEvent } from "../api/events";

export interface Connection {
  /** Resolves when the connection ends: with the last event, or null when it broke off. */
  ended: Promise<JobEvent | null>;
  close(): void;
}

const ENDS: readonly string[] = ["finished", "failed", "cancelled"];

/**
 * Listen to `url`; `tell` gets each event with its id.
 *
 * The browser's own second try would come with a ticket that has expired meanwhile: a connection
 * that breaks off is closed, and whoever listens asks for a new one.
 */
export function connect(
  url: string,
  tell: (event: JobEvent, id: string) => void,
  opened: () => void,
): Connection {
  const source = new EventSource(url);
  let end: (event: JobEvent | null) => void;
  const ended = new Promise<JobEvent | null>((resolve) => {
    end = (event) => {
      source.close();
      resolve(event);
    };
  });
  source.onopen = opened;
  source.onerror = () => end(null);
  for (const type of EVENT_TYPES) {
    source.addEventListener(type, (message) => {
      // The members of an end that could not say more may be missing, never its type.
      const event = { ...JSON.parse(message.data), type } as JobEvent;
      tell(event, message.lastEventId);
      if (ENDS.includes(type)) end(event);
    });
  }
  return { ended, close: () => end(null) };
}
