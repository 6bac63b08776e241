import { expect, test, vi } from "vitest";
import { makeClient } from "../src/api/client";
import { Away, Refused } from "../src/api/trouble";
import { fetchVocabulary } from "../src/api/vocabulary";
import { ORDER, VOCABULARY } from "./fakes";

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const fetched = vi.fn(async () => new Response(body, { status, headers }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

test("the token goes into the header, never into the address", async () => {
  const fetched = answering(202, '{"job_id": "j", "status": "queued"}');
  await makeClient("secret").submit(ORDER, "key-1");
  const [url, options] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(url).toBe("/generate");
  expect(options.headers).toMatchObject({
    Authorization: "Bearer secret",
    "Idempotency-Key": "key-1",
  });
});

test("the words of the service are asked for without a token", async () => {
  const fetched = answering(200, JSON.stringify(VOCABULARY));
  expect(await fetchVocabulary()).toEqual(VOCABULARY);
  expect(fetched.mock.calls[0]).toEqual(["/vocabulary", {}]);
});

test("signed links are fetched without the token", async () => {
  const fetched = answering(200, "bytes");
  await makeClient("secret").file("/static/x?signature=s");
  expect(JSON.stringify(fetched.mock.calls[0])).not.toContain("secret");
});

test("a problem is told in its own words", async () => {
  answering(429, '{"type": "urn:problem-type:legolab:rate-limit", "detail": "Too many."}', {
    "Content-Type": "application/problem+json",
    "Retry-After": "12",
  });
  const refused = await makeClient("t").look("j").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject({ status: 429, kind: "rate-limit", message: "Too many.", again: 12 });
});

test("no answer, and an answer of a gateway, mean that the service is away", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(makeClient("t").look("j")).rejects.toBeInstanceOf(Away);
  answering(502, "<h1>Bad Gateway</h1>", { "Content-Type": "text/html" });
  await expect(makeClient("t").look("j")).rejects.toBeInstanceOf(Away);
});
