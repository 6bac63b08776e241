/** The service, as far as the app uses it. Knows nothing of what is shown. */

import type { GenerateRequest, JobDocument, TicketDocument } from "./schema";
import { Away, refusal } from "./trouble";

export type Job = JobDocument;

export interface Client {
  /** Put a job in line; the same key gives the same job. */
  submit(order: GenerateRequest, key: string): Promise<Job>;
  look(jobId: string): Promise<Job>;
  cancel(jobId: string): Promise<void>;
  /** An address that EventSource can open, for a minute. */
  eventsUrl(jobId: string): Promise<string>;
  file(url: string): Promise<Blob>;
}

/** An answer that is fine; `Refused` with the service's words, or `Away` when nobody answers. */
export async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Away();
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/**
 * A client that speaks with a token.
 *
 * Every method throws as `ask` does.
 */
export function makeClient(token: string): Client {
  const bearer = { Authorization: `Bearer ${token}` };

  async function askForJson<T>(path: string, options: RequestInit = {}): Promise<T> {
    const headers = { ...bearer, ...options.headers };
    return (await ask(path, { ...options, headers })).json() as Promise<T>;
  }

  return {
    submit: (order, key) =>
      askForJson<Job>("/generate", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": key },
        body: JSON.stringify(order),
      }),
    look: (jobId) => askForJson<Job>(`/generate/${jobId}`),
    cancel: async (jobId) => {
      await askForJson<Job>(`/generate/${jobId}`, { method: "DELETE" });
    },
    eventsUrl: async (jobId) =>
      (await askForJson<TicketDocument>(`/generate/${jobId}/ticket`, { method: "POST" })).events_url,
    file: async (url) => (await ask(url)).blob(),
  };
}
