/** What jsdom lacks and the app expects of a browser. */

import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

if (typeof window !== "undefined") {
  window.matchMedia = (query: string) =>
    ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  HTMLCanvasElement.prototype.getContext = () => null;
  URL.createObjectURL = () => "blob:made";
  URL.revokeObjectURL = () => undefined;
  configure({ asyncUtilTimeout: 20_000 }); // a busy machine is no failure
  afterEach(() => {
    cleanup();
    localStorage.clear();
  });
}
