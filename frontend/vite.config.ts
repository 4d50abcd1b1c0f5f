import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Leaves the sentences that Go says out of the page's catalogue: they come to the page put into words. */
const ownWords: Plugin = {
  name: 'own-words',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/backend\/messages\/[^/]+\.json$/.test(id)) return null;
    const { messages: _, ...own } = JSON.parse(code) as Record<string, unknown>;
    return { code: JSON.stringify(own), map: null };
  },
};

export default defineConfig({
  plugins: [ownWords, svelte()],
  base: './',
  build: {
    // public/ holds .gitkeep, so that an emptied dist still has the file that go:embed needs in a fresh clone.
    outDir: 'dist',
    emptyOutDir: true,
    // The page's Content-Security-Policy allows fonts from 'self' only, so nothing is inlined as a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The newest WebKit features that WebKitGTK 2.42 (webkit2gtk-4.1), WebView2 and macOS 13 all have.
    target: ['safari16.4', 'chrome111'],
    reportCompressedSize: true,
  },
  // Tests run the client build of Svelte, as the window does.
  ...(process.env['VITEST'] ? { resolve: { conditions: ['browser'] } } : {}),
  // A limit for what hangs, not for how fast the machine is.
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
