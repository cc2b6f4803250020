/** What both OSCAL exports (1.2) share: ids, tokens, lines of text, metadata, back matter. */
import { fromHex, toHex, utf8 } from '../encoding.ts';
import type { Crypto } from '../ports.ts';
import type { ExportContext, ExportEvidence, ExportRequest } from './records.ts';

const OSCAL_VERSION = '1.2.1';
/** Namespace of our own properties. */
const OSCAL_NS = 'urn:countersign:oscal:v1';

export type OscalProp = { readonly name: string; readonly ns: string; readonly value: string };

/**
 * A UUID that is the same in every export of the same thing: SHA-256 of the name, cut to 128 bits and marked as version
 * 5, because OSCAL's schemas admit versions 4 and 5 only.
 */
export async function oscalUuid(crypto: Crypto, ...name: readonly string[]): Promise<string> {
  const bytes = (await crypto.sha256(utf8(name.join('\n')))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** An OSCAL token: `NIST-AC-2(1)` becomes `NIST-AC-2.1`, as the catalogues write it; other odd characters become `_`. */
export function token(text: string): string {
  const plain = text.replace(/\((\d+)\)/g, '.$1').replace(/[^\p{L}\p{N}.\-_]/gu, '_');
  return /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
}

/** One line without outer spaces, never empty: what OSCAL calls a string. */
export function line(text: string | null, absent = 'not stated'): string {
  const plain = (text ?? '').replace(/\p{Cc}+/gu, ' ').trim();
  return plain === '' ? absent : plain;
}

/** A text for a person; a withheld or erased one says so. */
export function words(text: string | null): string {
  const plain = (text ?? '').trim();
  return plain === '' ? 'The text is withheld or was erased.' : plain;
}

/** A property in our namespace. */
export function prop(name: string, value: string | number | boolean): OscalProp {
  return { name, ns: OSCAL_NS, value: line(String(value)) };
}

/** Document metadata with the organisation, every person as a pseudonym, and the tool that wrote it. */
export async function metadataOf(
  crypto: Crypto,
  context: ExportContext,
  title: string,
  requests: readonly ExportRequest[],
): Promise<object> {
  const persons = new Set(
    requests.flatMap((r) => [r.requester, r.owner, ...r.votes.map(({ person }) => person)]).filter((id) => id !== ''),
  );
  const roles = new Set(requests.flatMap((r) => r.votes.flatMap(({ role }) => role ?? [])));
  const parties: object[] = [
    { uuid: await partyUuid(crypto, context, 'organisation'), type: 'organization', name: line(context.organisation) },
  ];
  for (const person of [...persons].sort()) {
    parties.push({ uuid: await partyUuid(crypto, context, person), type: 'person', name: line(person) });
  }
  return {
    title,
    'last-modified': context.generatedAt,
    version: `${context.size}`,
    'oscal-version': OSCAL_VERSION,
    props: [
      prop('log-origin', context.origin),
      prop('log-size', context.size),
      prop('log-root', context.root),
      prop('written-by', `${context.service.name} ${context.service.version}`),
      ...(context.from === null ? [] : [prop('period-from', context.from)]),
      ...(context.to === null ? [] : [prop('period-to', context.to)]),
    ],
    ...(roles.size === 0 ? {} : { roles: [...roles].sort().map((role) => ({ id: token(role), title: role })) }),
    parties,
  };
}

/** Id of a party: a pseudonym, or `organisation`. */
export function partyUuid(crypto: Crypto, context: ExportContext, person: string): Promise<string> {
  return oscalUuid(crypto, context.origin, 'party', person);
}

/** Id of the tool that observed. */
export function toolUuid(crypto: Crypto, context: ExportContext): Promise<string> {
  return oscalUuid(crypto, context.origin, 'tool', context.service.name);
}

/** Collects the files and links that an export refers to; each is listed once in the back matter. */
export type Resources = {
  /** The fragment `#uuid` to refer to it. */
  add(evidence: ExportEvidence, request: ExportRequest): Promise<string>;
  backMatter(): { readonly 'back-matter'?: object };
};

/** An empty collection. */
export function createResources(crypto: Crypto, context: ExportContext): Resources {
  const resources = new Map<string, object>();
  return {
    add: async (evidence, request) => {
      const name = evidence.sha256 ?? `${request.id} ${evidence.kind} ${evidence.href ?? ''} ${evidence.title ?? ''}`;
      const uuid = await oscalUuid(crypto, context.origin, 'resource', name);
      const digest = evidence.sha256;
      const href = evidence.href ?? (digest === null ? null : `objects/${digest}`);
      const hashes = digest === null || fromHex(digest).length !== 32 ? [] : [{ algorithm: 'SHA-256', value: digest }];
      resources.set(uuid, {
        uuid,
        title: line(evidence.title, evidence.kind),
        description: `Evidence of the kind ${evidence.kind} for ${request.shortId}.`,
        ...(href === null ? {} : { rlinks: [{ href: encodeURI(href), ...(hashes.length > 0 ? { hashes } : {}) }] }),
      });
      return `#${uuid}`;
    },
    backMatter: () => (resources.size === 0 ? {} : { 'back-matter': { resources: [...resources.values()] } }),
  };
}
