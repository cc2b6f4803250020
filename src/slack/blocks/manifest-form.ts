/** The form in which an owner says what a version is made of; its digest is the version's identity. Pure. */
import { MANIFEST_FORM, PART_FIELDS } from '#src/delivery/forms/manifest-form.ts';
import { choice, section, textInput } from './build.ts';
import { formModal, type Modal } from './modal.ts';

const PARTS: Readonly<Record<(typeof PART_FIELDS)[number], string>> = {
  artefacts: 'Artefacts: models, weights, containers',
  prompts: 'Prompts',
  adapters: 'Adapters',
  retrieval: 'Retrieval configuration: indexes, chunking, filters',
};
const PINNING = [
  { value: 'pinned', label: 'Pinned: the vendor promises that it never changes' },
  { value: 'alias', label: 'Alias: it can come to mean another model' },
];
const optional = { optional: true } as const;

/** The form, with what the command named filled in. */
export function manifestModal(system: string, version: string): Modal {
  return formModal(
    MANIFEST_FORM,
    '{}',
    'What a version is',
    [
      section(
        'One part a line: its name, a blank, and `sha256:` with 64 hex digits (`sha256sum FILE` prints them). A model that a vendor runs is named as exactly as the vendor allows. Change any part, and it is another version.',
      ),
      textInput('system', 'System', { initial: system, charsMax: 200 }),
      textInput('version', 'Version', { initial: version, charsMax: 60 }),
      ...PART_FIELDS.map((field) =>
        textInput(field, PARTS[field], { ...optional, multiline: true, charsMax: 3000, placeholder: 'name sha256:…' }),
      ),
      section('*Vendor*, where somebody else runs the model or service'),
      textInput('provider', 'Provider', { ...optional, charsMax: 120 }),
      textInput('service', 'Service', { ...optional, charsMax: 200 }),
      textInput('serviceVersion', 'Version of the service', { ...optional, charsMax: 120 }),
      choice('pinning', 'Is this version pinned?', PINNING, optional),
      textInput('region', 'Region', { ...optional, charsMax: 80 }),
      textInput('contract', 'Contract', { ...optional, charsMax: 200 }),
      textInput('reviewEveryDays', 'An alias is reviewed every … days', { ...optional, charsMax: 3 }),
    ],
    'Compute digest',
  );
}
