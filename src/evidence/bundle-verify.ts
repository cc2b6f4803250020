/**
 * Verifies a bundle without database, network or Slack. Everything in it is a stranger's claim, the manifest included:
 * what counts in the end is the checkpoint's signature by a key that the verifier brought along.
 */
import { type Anchor, type AnchorResult, checkAnnounced, checkpointFinding, keyIdsOf } from './anchors.ts';
import { type EntryOptions, verifyBundleEntries } from './bundle-entries.ts';
import type { BundleSource } from './bundle-files.ts';
import { FILES, type Manifest, readManifest } from './bundle-format.ts';
import { verifyAnchors, verifyOlderCheckpoints } from './bundle-history.ts';
import { type BundleJob, readSmall, verifyObjects, verifyOtherFiles } from './bundle-parts.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { fromUtf8, toBase64, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import {
  createFindingList,
  type Finding,
  type FindingCode,
  type FindingList,
  type Verdict,
  verdictOf,
} from './findings.ts';
import { parseVerifierKey, type VerifierKey } from './note.ts';
import type { Crypto } from './ports.ts';
import type { EntryReport } from './verify-entries.ts';

export type BundleReport = {
  readonly verdict: Verdict;
  /** Null when the manifest could not be read. */
  readonly manifest: Omit<Manifest, 'files'> | null;
  readonly entries: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  readonly signaturesChecked: number;
  readonly checkpointsChecked: number;
  readonly disclosuresChecked: number;
  readonly anchors: readonly AnchorResult[];
  /** Files that nothing signed speaks for: pages, schemas, objects that no entry names. Do not rely on them. */
  readonly unvouched: readonly string[];
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
};

export type VerifyBundleOptions = EntryOptions & {
  /** Verifier keys from elsewhere (`--vkey`). Without one the signer stays unproven. */
  readonly trusted?: readonly string[];
  readonly anchors?: readonly Anchor[];
};

/** Verifies a bundle. Never throws for what the bundle holds; throws `vkey_invalid` for a bad trusted key. */
export async function verifyBundle(
  crypto: Crypto,
  source: BundleSource,
  options: VerifyBundleOptions = {},
): Promise<BundleReport> {
  const findings = createFindingList();
  const trusted: VerifierKey[] = [];
  for (const text of options.trusted ?? []) trusted.push(await parseVerifierKey(crypto, text));
  const state: Progress = {
    manifest: null,
    checkpoint: null,
    entries: null,
    disclosures: 0,
    checkpoints: 0,
    anchors: [],
    vouched: new Set<string>([FILES.manifest]),
  };
  try {
    await verifyParts(crypto, source, findings, trusted, options, state);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add(abortCode(error, state), error.index, error.message);
  }
  const { manifest, checkpoint, entries } = state;
  return {
    verdict: verdictOf(findings.total(), checkpoint !== null && trusted.length > 0),
    manifest,
    entries: entries?.entries ?? 0,
    firstIndex: entries?.firstIndex ?? null,
    lastIndex: entries?.lastIndex ?? null,
    checkpoint: checkpoint === null ? null : { ...checkpoint, root: toHex(checkpoint.root) },
    signaturesChecked: entries?.signaturesChecked ?? 0,
    checkpointsChecked: state.checkpoints,
    disclosuresChecked: state.disclosures,
    anchors: state.anchors,
    unvouched: [...source.files.keys()].filter((name) => !name.startsWith('keys/') && !state.vouched.has(name)),
    findings: findings.kept,
    findingsTotal: findings.total(),
  };
}

type Progress = {
  manifest: Manifest | null;
  checkpoint: Checkpoint | null;
  entries: EntryReport | null;
  disclosures: number;
  checkpoints: number;
  anchors: readonly AnchorResult[];
  /** Files whose content the signed checkpoint leads to, and the manifest. */
  readonly vouched: Set<string>;
};

function abortCode(error: EvidenceError, state: Progress): FindingCode {
  if (error.code === 'archive_invalid') return 'archive_invalid';
  return state.manifest === null ? 'manifest_invalid' : 'file_unreadable';
}

async function verifyParts(
  crypto: Crypto,
  source: BundleSource,
  findings: FindingList,
  trusted: readonly VerifierKey[],
  options: VerifyBundleOptions,
  state: Progress,
): Promise<void> {
  const bytes = await readSmall(source, FILES.manifest);
  const manifest = await readManifest(crypto, bytes);
  state.manifest = manifest;
  const job: BundleJob = { crypto, source, findings, manifest };
  verifyFileSet(job);
  const note = fromUtf8(await readSmall(source, FILES.checkpoint));
  const ownKeys: VerifierKey[] = [];
  for (const line of fromUtf8(await readSmall(source, FILES.vkeys)).split('\n')) {
    if (line !== '') ownKeys.push(await parseVerifierKey(crypto, line));
  }
  const opened = await openOwnCheckpoint(job, note, trusted.length > 0 ? trusted : ownKeys);
  if (opened === null) return;
  const { checkpoint, signedBy } = opened;
  state.checkpoint = checkpoint;
  if (checkpoint.size !== manifest.size || toBase64(checkpoint.root) !== manifest.root) {
    findings.add('manifest_mismatch', null, 'size or root differ from the checkpoint');
  }
  const allKeys = [...trusted, ...ownKeys];
  const known = await verifyOlderCheckpoints(job, checkpoint, allKeys);
  state.checkpoints = known.length + 1;
  const { report, disclosures, borneOut } = await verifyBundleEntries(job, checkpoint, known, options);
  state.entries = report;
  state.disclosures = disclosures;
  await checkAnnounced(crypto, signedBy, report, findings);
  const vouched = [FILES.checkpoint, FILES.entries, FILES.proofs, FILES.consistency, ...borneOut];
  if (await areOwn(crypto, ownKeys, trusted, report)) vouched.push(FILES.vkeys);
  for (const name of vouched) state.vouched.add(name);
  state.anchors = await verifyAnchors(job, checkpoint, known, options.anchors ?? [], allKeys);
  await verifyObjects(job);
  await verifyOtherFiles(job);
}

function verifyFileSet({ source, manifest, findings }: BundleJob): void {
  const listed = new Set(manifest.files.map(({ name }) => name));
  if (listed.size !== manifest.files.length) findings.add('manifest_invalid', null, 'a file is listed twice');
  for (const { name, sizeBytes } of manifest.files) {
    const size = source.files.get(name);
    if (size === undefined) findings.add('file_missing', null, name);
    else if (size !== sizeBytes) findings.add('file_mismatch', null, `${name}: ${size} bytes, listed ${sizeBytes}`);
  }
  for (const name of source.files.keys()) {
    if (name !== FILES.manifest && !listed.has(name)) findings.add('file_unlisted', null, name);
  }
  for (const name of [FILES.checkpoint, FILES.vkeys, FILES.entries, FILES.proofs, FILES.consistency, FILES.listing]) {
    if (!listed.has(name)) findings.add('file_missing', null, name);
  }
  if (manifest.redacted && [...listed].some((name) => name === FILES.disclosures || name.startsWith('objects/'))) {
    findings.add('manifest_mismatch', null, 'said to be redacted, but texts or objects are here');
  }
}

async function openOwnCheckpoint(
  { crypto, findings, manifest }: BundleJob,
  note: string,
  keys: readonly VerifierKey[],
): Promise<{ readonly checkpoint: Checkpoint; readonly signedBy: readonly VerifierKey[] } | null> {
  try {
    return await openCheckpoint(crypto, note, keys, manifest.origin);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add(checkpointFinding(error), null, error.message);
    return null;
  }
}

/** Whether verifier keys of the bundle are those of whoever verifies, or named by the log itself. */
async function areOwn(
  crypto: Crypto,
  keys: readonly VerifierKey[],
  trusted: readonly VerifierKey[],
  { announced }: EntryReport,
): Promise<boolean> {
  const ids = [...(await keyIdsOf(crypto, trusted)), ...(announced?.checkpoint.keys() ?? [])];
  return (await keyIdsOf(crypto, keys)).every((id) => ids.includes(id));
}
