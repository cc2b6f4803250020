/**
 * Builds `dist/verify.html`: the verification page as one file without anything from outside. Its policy admits exactly
 * the script inside it, by hash. And `dist/evidence-verify.js`: "verify now" on the evidence pages.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/adapters/browser');

/** One script of everything that a source file imports. */
async function scriptOf(name: string): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      write: false,
      modulePreload: false,
      target: 'es2022',
      lib: { entry: join(source, `${name}.ts`), formats: ['es'], fileName: name },
    },
  });
  const [output] = [result].flat();
  const chunk =
    output !== undefined && 'output' in output ? output.output.find((part) => part.type === 'chunk') : undefined;
  if (chunk === undefined || chunk.type !== 'chunk' || chunk.imports.length > 0) {
    throw new Error(`${name}: expected one script without imports`);
  }
  return chunk.code;
}

// `</script` inside a string would end the element; `<\/script` is the same string to JavaScript.
const script = (await scriptOf('verify-page')).replaceAll('</script', '<\\/script');
const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`;
const template = await readFile(join(source, 'verify.html'), 'utf8');
// Functions as replacements: `$&` in the script would otherwise be taken for a pattern.
const page = template.replace('%SCRIPT_HASH%', () => hash).replace('"%SCRIPT%";', () => script);
await mkdir(join(root, 'dist'), { recursive: true });
await writeFile(join(root, 'dist/verify.html'), page);
await writeFile(join(root, 'dist/evidence-verify.js'), await scriptOf('evidence-page'));
