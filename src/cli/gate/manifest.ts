/** `manifest digest`: files are hashed as they are read, so that their size does not matter. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { MANIFEST_FORMAT, type ManifestResult, readManifest } from '#src/systems/manifest.ts';
import { vendorOf } from '#src/systems/manifest-form.ts';
import { manifestFromMlBom } from '#src/systems/ml-bom.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { ManifestFlags } from '../flags.ts';
import { readInput, unreadable } from '../input.ts';
import { count, table } from '../terminal.ts';

/** Prints the digest. Throws CommandError `file_unreadable` or `input_invalid` naming each problem. */
export async function printDigest(context: CliContext, flags: ManifestFlags): Promise<ExitCode> {
  const result = await manifestOf(context, flags);
  if (!result.ok) {
    throw new CommandError(
      'input_invalid',
      ['This does not identify a version:', ...result.problems.map((p) => `  ${p.path}: ${p.problem}`)].join('\n'),
      'Correct these places; "countersign manifest digest --help" lists what a manifest can hold.',
    );
  }
  const { manifest, digest } = result;
  if (flags.out !== undefined) {
    const path = resolve(context.cwd, flags.out);
    await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`).catch((error: Error) => {
      throw new CommandError('file_unwritable', `${path}: ${error.message}`, 'Choose another path with --out.');
    });
  }
  if (flags.json) {
    context.json({ digest, manifest });
    return 0;
  }
  const lists = ['artefacts', 'vendors', 'prompts', 'adapters', 'retrieval'] as const;
  context.text(digest, '', ...table(lists.map((list) => [list, count(manifest[list].length, 'part')])));
  return 0;
}

async function manifestOf(context: CliContext, flags: ManifestFlags): Promise<ManifestResult> {
  if (flags.bom !== undefined) return manifestFromMlBom(await jsonFile(context, flags.bom));
  if (flags.manifest !== undefined) return readManifest(await jsonFile(context, flags.manifest));
  const parts = (files: readonly string[]) => Promise.all(files.map((file) => partOf(context, file)));
  const { pinned, reviewDays: reviewEveryDays, ...named } = flags;
  const vendor = vendorOf({
    ...named,
    ...(reviewEveryDays && { reviewEveryDays }),
    ...(pinned && { pinning: 'pinned' }),
  });
  return readManifest({
    format: MANIFEST_FORMAT,
    artefacts: await parts(flags.artefact),
    prompts: await parts(flags.prompt),
    adapters: await parts(flags.adapter),
    retrieval: await parts(flags.retrieval),
    vendors: flags.provider === undefined ? [] : [vendor],
  });
}

/** `name=file`, or a file whose own name stands for it: the folder it lies in must not change the identity. */
async function partOf(context: CliContext, text: string): Promise<{ readonly name: string; readonly digest: string }> {
  const at = text.indexOf('=');
  const file = at === -1 ? text : text.slice(at + 1);
  const hash = createHash('sha256');
  const path = resolve(context.cwd, file);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(file, error);
  }
  return { name: at === -1 ? basename(file) : text.slice(0, at), digest: `sha256:${hash.digest('hex')}` };
}

async function jsonFile(context: CliContext, file: string): Promise<unknown> {
  const text = await readInput(context, file);
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError('input_invalid', `${file} is not JSON.`, 'Give a CycloneDX ML-BOM or a manifest as JSON.');
  }
}
