/** `evidence verify`: the stored log, or a bundle. It compares and reports; it repairs nothing. */
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import type { Anchor } from '#src/evidence/anchors.ts';
import type { BundleReport } from '#src/evidence/bundle-verify.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import type { VerificationReport } from '#src/evidence/verify-log.ts';
import { keysReachableBy } from '#src/wire/evidence/log-keys.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { VerifyFlags } from '../flags.ts';
import { givenAnchors, givenKeys, ownKeys, signedHere } from './keys.ts';
import { bundleLines, logLines, type ReportExtra } from './text.ts';

const PROGRESS_EVERY = 50_000;

/** Verifies. Exit 1 when there is a finding. Throws CommandError for what the person gave. */
export async function verifyEvidence(context: CliContext, flags: VerifyFlags): Promise<ExitCode> {
  // A log can hold a million signatures: they are checked on several cores.
  const crypto = createNodeCrypto({ parallel: true });
  const given = await givenKeys(context, crypto, flags.vkey);
  const anchors = await givenAnchors(context, flags.anchor);
  return flags.bundle === undefined
    ? verifyDatabase(context, crypto, flags, given, anchors)
    : verifyBundleFile(context, crypto, flags, flags.bundle, given, anchors);
}

async function verifyDatabase(
  context: CliContext,
  crypto: Crypto,
  flags: VerifyFlags,
  given: readonly string[],
  anchors: readonly Anchor[],
): Promise<ExitCode> {
  const [{ withSession }, { verifyLog }, { verifyState }] = await Promise.all([
    import('../session.ts'),
    import('#src/evidence/verify-log.ts'),
    import('#src/delivery/state/verify.ts'),
  ]);
  return withSession(context, async ({ config, stores, stamp }) => {
    const own = given.length > 0 ? [] : await ownKeys(config, crypto, stamp.logOrigin);
    const report = await verifyLog(crypto, stores.evidence, {
      trusted: [...given, ...own],
      anchors,
      signedHere: await signedHere(config),
      witnesses: config.anchors.witness === null ? [] : [config.anchors.witness.vkey],
      signatures: flags.treeOnly !== true,
      ...(flags.treeOnly === true ? {} : { state: (found) => stores.state.look((view) => verifyState(view, found)) }),
      onProgress: progressOf(context, flags),
    });
    const extra: ReportExtra = {
      anchorStrength: strengthOf(report),
      keysReachableBy: keysReachableBy(config),
      keysFrom: given.length > 0 ? 'given' : own.length > 0 ? 'key files beside the database' : 'none',
    };
    return print(context, flags, report, extra, logLines(report, extra));
  });
}

async function verifyBundleFile(
  context: CliContext,
  crypto: Crypto,
  flags: VerifyFlags,
  file: string,
  given: readonly string[],
  anchors: readonly Anchor[],
): Promise<ExitCode> {
  const [{ resolve }, { openZipFile }, { verifyBundle }] = await Promise.all([
    import('node:path'),
    import('#src/adapters/archive/zip-file.ts'),
    import('#src/evidence/bundle-verify.ts'),
  ]);
  const told = (report: BundleReport): ExitCode => {
    const keysFrom = given.length > 0 ? 'given' : 'none';
    const extra = { anchorStrength: strengthOf(report), keysReachableBy: null, keysFrom } as const;
    return print(context, flags, report, extra, bundleLines(report, extra));
  };
  const bundle = await openZipFile(crypto, resolve(context.cwd, file)).catch((error: unknown) => {
    if (error instanceof EvidenceError) return error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError('file_unreadable', `${file} cannot be read: ${why}.`, 'Check the path of the bundle.');
  });
  if (bundle instanceof EvidenceError) {
    return told(notAnArchive(bundle));
  }
  try {
    const onProgress = progressOf(context, flags);
    const report = await verifyBundle(crypto, bundle.source, {
      trusted: given,
      anchors,
      signatures: flags.treeOnly !== true,
      onProgress: async (checked, of) => onProgress(checked, of),
    });
    return told(report);
  } finally {
    await bundle.close();
  }
}

/** Kept by whoever verifies, so out of the operator's reach; one that was refused makes nothing stronger. */
function strengthOf({ anchors }: VerificationReport | BundleReport): ReportExtra['anchorStrength'] {
  return anchors.some(({ result }) => result === 'consistent') ? 'outside' : 'none';
}

/** Tells people, not scripts, how far it is. */
function progressOf(context: CliContext, flags: VerifyFlags): (done: number, of: number) => void {
  let next = PROGRESS_EVERY;
  return (done, of) => {
    if (done < next || flags.json) return;
    next = done + PROGRESS_EVERY;
    context.note(`  ${done} of ${of} entries`);
  };
}

/** The report about a file that is no archive at all. */
function notAnArchive(error: EvidenceError): BundleReport {
  return {
    verdict: 'failed',
    manifest: null,
    entries: 0,
    firstIndex: null,
    lastIndex: null,
    checkpoint: null,
    signaturesChecked: 0,
    checkpointsChecked: 0,
    disclosuresChecked: 0,
    anchors: [],
    unvouched: [],
    findings: [{ code: 'archive_invalid', index: null, detail: error.message.replace(/^archive_invalid: /, '') }],
    findingsTotal: 1,
  };
}

function print(
  context: CliContext,
  flags: VerifyFlags,
  report: VerificationReport | BundleReport,
  extra: ReportExtra,
  lines: readonly string[],
): ExitCode {
  if (flags.json) context.json({ ...report, ...extra });
  else context.text(...lines);
  return report.verdict === 'failed' ? 1 : 0;
}
