/** How the app is built: one small shell, the 3-D viewer by itself, all of it kept for offline. */
import { readFileSync, readdirSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import packages from "./package.json";

/** What the service answers itself; in development it runs beside vite. */
const service = process.env.LEGOLAB_SERVICE ?? "http://127.0.0.1:8000";
const routes = ["/generate", "/vocabulary", "/check", "/static", "/healthz", "/readyz"];

/** Packages whose code or fonts are in the bundle. */
const bundled = [...Object.keys(packages.dependencies), "scheduler", "workbox-window"];

/** The licences of what is bundled go with it. */
const licences: Plugin = {
  name: "licences",
  apply: "build",
  generateBundle() {
    const texts = bundled.map((name) => {
      const folder = new URL(`node_modules/${name}/`, import.meta.url);
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (!file) throw new Error(`expected a licence in ${name}, found none`);
      return `${name}\n\n${readFileSync(new URL(file, folder), "utf8").trim()}\n`;
    });
    this.emitFile({ type: "asset", fileName: "licenses.txt", source: texts.join("\n----\n\n") });
  },
};

export default defineConfig({
  plugins: [
    react(),
    licences,
    VitePWA({
      registerType: "prompt",
      injectRegister: null,
      manifest: {
        name: "legolab",
        short_name: "legolab",
        description: "Say it in your words; it is built brick by brick, and proved to stand.",
        start_url: "/",
        display: "standalone",
        background_color: "#f6f4ef",
        theme_color: "#f6f4ef",
        icons: [
          { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,png,woff2}"],
        navigateFallback: null, // the service's own addresses stay the service's
        inlineWorkboxRuntime: true,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // A font or picture inside the stylesheet would need `data:` in the content security policy.
  build: { assetsInlineLimit: 0, target: "es2022", chunkSizeWarningLimit: 800 },
  server: { proxy: Object.fromEntries(routes.map((route) => [route, service])) },
  test: {
    environment: "node",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
