/** Uploads become captured files: fetched from Slack, hashed, typed by their content, kept. What is not kept is said. */
import { listOf } from '#src/approvals/form-fields.ts';
import { evidenceKindWords } from '#src/systems/evidence-files.ts';
import { type FormValues, text } from '../forms/form-values.ts';
import { type FileAbout, type NamedUpload, uploadsIn, withAddresses } from '../forms/request-uploads.ts';
import { type EvidenceResult, FILE_REFUSALS } from '../systems/evidence.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { FetchedUpload } from './uploads.ts';

const NOT_FETCHED: Readonly<Record<Extract<FetchedUpload, { ok: false }>['why'], string>> = {
  gone: 'It is not in Slack any more.',
  too_large: FILE_REFUSALS.too_large,
  not_permitted: 'Slack did not hand it out; an admin gives the app the scope files:read and installs it again.',
};

/** Why an upload is not taken from this Slack user; null when it is. */
export function uploadRefusal(fetched: FetchedUpload, user: string): string | null {
  if (!fetched.ok) return NOT_FETCHED[fetched.why];
  return fetched.user === user ? null : 'Somebody else uploaded it; upload it yourself.';
}

/** Whose upload it is: the payload it came with, the Slack user and the pseudonym. */
export type Bringer = { readonly itemId: string; readonly user: string; readonly person: string };

type Kept =
  | { readonly ok: true; readonly address: string; readonly sha256: string }
  | { readonly ok: false; readonly why: string };

/** Keeps one upload as a kind of evidence; safe to repeat. The address names the file by its hash. */
export async function keepUpload(
  deps: Pick<HandlerDeps, 'uploads' | 'files'>,
  by: Bringer,
  upload: {
    readonly id: string;
    readonly kind: string;
    readonly about: FileAbout;
    readonly systems: readonly string[];
  },
): Promise<Kept> {
  const fetched = await deps.uploads.fetch(upload.id);
  const refused = uploadRefusal(fetched, by.user);
  if (!fetched.ok || refused !== null) return { ok: false, why: refused ?? '' };
  const { kind, about } = upload;
  const systems = [...upload.systems];
  const capture = { ...about, kind, title: fetched.name.slice(0, 120) || kind, systems, source: fetched.address };
  const commandId = commandIdOf(`${by.itemId}:${upload.id}:${kind}`);
  const result = await deps.files.capture(fetched.bytes, capture, { person: by.person, commandId });
  if (!result.ok) return { ok: false, why: keepRefusal(result) };
  // The same bytes were perhaps uploaded before: they stand where they were read first.
  const { sha256, source } = result.file;
  return { ok: true, address: `${source ?? fetched.address}#sha256=${sha256}`, sha256 };
}

/** Why a file was not kept, as one sentence. */
export function keepRefusal({ reason, detail }: Extract<EvidenceResult, { ok: false }>): string {
  const why = FILE_REFUSALS[reason];
  return why.endsWith('.') ? why : `${why}: ${detail.join(', ')}.`;
}

/** Keeps every upload of a form. `notes` name each one that was not kept, for whoever uploaded it. */
export async function keepUploads(
  deps: Pick<HandlerDeps, 'uploads' | 'files'>,
  by: Bringer,
  values: FormValues,
): Promise<{ readonly values: FormValues; readonly notes: readonly string[] }> {
  const addresses = new Map<NamedUpload['kind'], string>();
  const notes: string[] = [];
  const systems = listOf([text(values, 'system'), ...listOf(text(values, 'systems'))]);
  for (const upload of uploadsIn(values)) {
    const { about, kind } = upload;
    if (about === null) continue;
    const kept = await keepUpload(deps, by, { ...upload, about, systems });
    if (kept.ok) addresses.set(kind, kept.address);
    else notes.push(`${evidenceKindWords(kind)}: ${kept.why}`);
  }
  return { values: withAddresses(values, ({ kind }) => addresses.get(kind) ?? null), notes };
}
