/** The verification page's script: everything happens in the browser, nothing is sent anywhere. */
import { z } from 'zod';
import { ANCHOR_STRENGTHS } from '#src/evidence/anchors.ts';
import { filesInWords } from '#src/evidence/bundle-parts.ts';
import { type BundleReport, verifyBundle } from '#src/evidence/bundle-verify.ts';
import { fromHex, toBase64 } from '#src/evidence/encoding.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { openBlobZip } from './blob-zip.ts';
import { canVerify, createWebCrypto } from './web-crypto.ts';

// The page's policy forbids code made from text, which zod would otherwise try.
z.config({ jitless: true });

const SAID_EVERY = 2_500;

const VERDICTS: Readonly<Record<BundleReport['verdict'], string>> = {
  verified: 'Verified: signed by the key you gave, every entry in its place.',
  'self-consistent, signer unproven':
    'Agrees with itself, but nothing says who made it. Give the verifier key of the log, from another source.',
  failed: 'Refused. What is wrong stands below.',
};

function element<T extends Element>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`no ${id} on the page`);
}

const form = element('form', HTMLFormElement);
const bundle = element('bundle', HTMLInputElement);
const keys = element('keys', HTMLTextAreaElement);
const anchors = element('anchors', HTMLInputElement);
const button = element('verify', HTMLButtonElement);
const status = element('status', HTMLElement);
const details = element('details', HTMLElement);

function say(text: string, state: 'busy' | 'good' | 'unproven' | 'bad'): void {
  status.textContent = text;
  status.dataset['state'] = state;
}

/** A table of texts; only textContent is set, because every text comes from the bundle. */
function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const made = document.createElement('table');
  made.createCaption().textContent = caption;
  if (header.length > 0) {
    const row = made.createTHead().insertRow();
    for (const text of header) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = text;
      row.append(cell);
    }
  }
  const body = made.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const [i, text] of cells.entries()) {
      const cell = document.createElement(header.length === 0 && i === 0 ? 'th' : 'td');
      cell.textContent = text;
      row.append(cell);
    }
  }
  return made;
}

function facts(report: BundleReport): readonly (readonly string[])[] {
  const { manifest, checkpoint } = report;
  const range = report.firstIndex === null ? 'none' : `${report.firstIndex} to ${report.lastIndex}`;
  const rows = [
    ['Entries', `${report.entries}, indexes ${range}, ${report.signaturesChecked} signatures checked`],
    ['Checkpoint', checkpoint === null ? 'not opened' : `${checkpoint.origin}, ${checkpoint.size} entries`],
    ['Root', checkpoint === null ? '' : toBase64(fromHex(checkpoint.root))],
    ['Older checkpoints', `${Math.max(0, report.checkpointsChecked - 1)} are prefixes of it`],
    ['Texts', `${report.disclosuresChecked} match their hashes`],
  ];
  if (manifest !== null) {
    const { strength } = manifest.anchors;
    rows.push(
      ['Extent', manifest.complete ? 'the whole log' : 'a selection: that nothing else matched is not proven'],
      ['Asked for', manifest.query === null ? 'everything' : JSON.stringify(manifest.query)],
      ['Anchors, as the bundle says', strength === 'none' ? 'none' : ANCHOR_STRENGTHS[strength]],
      ['Who can reach the keys, as it says', manifest.anchors.keysReachableBy],
    );
  }
  if (report.unvouched.length > 0) rows.push(['Not vouched for by the log', filesInWords(report.unvouched)]);
  return rows;
}

function show(report: BundleReport): void {
  const state = { verified: 'good', 'self-consistent, signer unproven': 'unproven', failed: 'bad' } as const;
  say(VERDICTS[report.verdict], state[report.verdict]);
  const tables = [table('What was checked', [], facts(report))];
  if (report.anchors.length > 0) {
    const rows = report.anchors.map(({ name, size, result }) => [name, String(size ?? ''), result]);
    tables.push(table('Checkpoints you kept', ['File', 'Size', 'Result'], rows));
  }
  if (report.findingsTotal > 0) {
    const rows = report.findings.map(({ code, index, detail }) => [code, index === null ? '' : String(index), detail]);
    tables.push(table(`Findings: ${report.findingsTotal}`, ['Code', 'Entry', 'Detail'], rows));
  }
  details.replaceChildren(...tables);
}

/** Says how far it is, not too often for who hears it read, and lets the browser show it and listen. */
async function progress(checked: number, count: number): Promise<void> {
  if (checked % SAID_EVERY === 0) {
    say(`Checking… ${checked.toLocaleString('en')} of ${count.toLocaleString('en')} entries`, 'busy');
  }
  await new Promise((resolve) => setTimeout(resolve));
}

async function verify(): Promise<void> {
  const file = bundle.files?.[0];
  if (file === undefined) return say('Choose a bundle first.', 'bad');
  if (!(await canVerify())) return say('This browser cannot verify Ed25519 signatures. Use a newer one.', 'bad');
  say('Checking…', 'busy');
  details.replaceChildren();
  const crypto = createWebCrypto();
  const trusted = keys.value.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const kept: { name: string; note: string }[] = [];
  for (const anchor of anchors.files ?? []) kept.push({ name: anchor.name, note: await anchor.text() });
  const options = { trusted, anchors: kept, onProgress: progress };
  show(await verifyBundle(crypto, await openBlobZip(crypto, file), options));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  button.disabled = true;
  verify()
    .catch((error: unknown) => {
      const text = error instanceof EvidenceError ? error.message : String(error);
      say(`Refused: ${text}`, 'bad');
    })
    .finally(() => {
      button.disabled = false;
    });
});
