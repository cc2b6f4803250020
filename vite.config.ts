import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the sandbox's page into `dist/sandbox`; the sandbox serves its assets under `/sandbox/assets`. */
export default defineConfig({
  root: 'src/sandbox/page',
  base: '/sandbox/',
  plugins: [react()],
  build: {
    outDir: '../../../dist/sandbox',
    emptyOutDir: true,
    manifest: true,
    // Nothing inlined as a data address except what the page's policy allows; no polyfill script in the document.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_500,
  },
});
