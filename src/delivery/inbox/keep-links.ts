/** Links of a document become captured files where their host is configured. A link that cannot be had stays a link. */
import type { EvidenceItem, RequestDocument } from '#src/approvals/document.ts';
import { systemsOf } from '#src/approvals/document-facts.ts';
import { evidenceKindWords } from '#src/systems/evidence-files.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import { type Bringer, keepRefusal } from './keep-uploads.ts';
import type { LinkRefusal } from './links.ts';

const NOT_FETCHED: Readonly<Record<LinkRefusal, string>> = {
  host_not_allowed: 'it leads to a host that is not on the list',
  not_https: 'it leads away from https',
  private_address: 'its host has no public address',
  refused: 'the host did not hand it out',
  no_answer: 'the host did not answer in time',
  too_large: 'it is larger than 5 MB',
  too_many_redirects: 'it redirects too often',
};

/** The evidence with a hash at each link that was captured, and a note for each that was to be and could not. */
export async function keepLinks(
  deps: Pick<HandlerDeps, 'links' | 'files'>,
  by: Bringer & { readonly at: Date },
  document: RequestDocument,
): Promise<{ readonly evidence: readonly EvidenceItem[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const one = async (item: EvidenceItem): Promise<EvidenceItem> => {
    if (item.sha256 !== null || item.kind === 'link' || !deps.links.takes(item.url)) return item;
    const kept = await keepLink(deps, by, item, systemsOf(document));
    if (kept.ok) return { ...item, sha256: kept.sha256 };
    notes.push(`${evidenceKindWords(item.kind)}: only the link is kept; ${kept.why}.`);
    return item;
  };
  return { evidence: await Promise.all(document.evidence.map(one)), notes };
}

async function keepLink(
  deps: Pick<HandlerDeps, 'links' | 'files'>,
  { itemId, person, at }: Bringer & { readonly at: Date },
  { kind, title, url, date }: EvidenceItem,
  systems: readonly string[],
): Promise<{ readonly ok: true; readonly sha256: string } | { readonly ok: false; readonly why: string }> {
  const fetched = await deps.links.fetch(url);
  if (!fetched.ok) return { ok: false, why: NOT_FETCHED[fetched.why] };
  const about = {
    kind,
    title,
    version: '1',
    date: date ?? at.toISOString(),
    validUntil: null,
    systems: [...systems],
    source: url,
  };
  const commandId = commandIdOf(`${itemId}:${url}:${kind}`);
  const result = await deps.files.capture(fetched.bytes, about, { person, commandId });
  if (!result.ok) {
    const why = keepRefusal(result).replace(/^[A-Z]/, (c) => c.toLowerCase());
    return { ok: false, why: why.replace(/\.$/, '') };
  }
  if (result.file.source !== url) return { ok: false, why: 'the same file is kept from another address' };
  return { ok: true, sha256: result.file.sha256 };
}
