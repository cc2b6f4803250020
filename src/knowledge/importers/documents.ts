/** Description of the documents that importers know, for a library in which no pack of them is in force yet. */
import type { Audience, DocumentInfo } from '../schema.ts';

const BASE = {
  date: null,
  audience: 'internal',
  outsideModel: false,
  approver: null,
  effective: null,
  nextReview: null,
  revisions: [],
} as const satisfies Partial<DocumentInfo>;

const CSA_LICENCE =
  'Cloud Security Alliance; imported from the copy that CSA gave to the organisation. The text may not be redistributed and stays in its database and data folder.';

/** The AI Controls Matrix. */
export function aicmDocument(version: string): DocumentInfo {
  return {
    ...BASE,
    id: 'aicm',
    prefix: 'AICM',
    title: 'AI Controls Matrix (AICM)',
    shortTitle: 'AICM',
    version,
    authority: 'adopted',
    authorityNote:
      'A catalogue of controls by the Cloud Security Alliance that the organisation has chosen to work by.',
    licence: CSA_LICENCE,
    revisions: [],
    names: ['AICM', 'AI Controls Matrix', 'controls matrix'],
  };
}

/** The whitepaper with the RACI sections. */
export function whitepaperDocument(title: string, version: string): DocumentInfo {
  return {
    ...BASE,
    id: 'whitepaper',
    prefix: 'WP',
    title,
    shortTitle: 'Responsibilities whitepaper',
    version,
    authority: 'reference',
    authorityNote: 'A working draft that calls the roles and teams it names a reference only.',
    licence: CSA_LICENCE,
    revisions: [],
    names: ['whitepaper', 'white paper', 'the paper', 'WP'],
  };
}

/** A policy, in force only by decision of its approver. */
export function policyDocument(info: {
  title: string;
  version: string;
  approver: string | null;
  audience: Audience;
  revisions: DocumentInfo['revisions'];
}): DocumentInfo {
  return {
    ...BASE,
    ...info,
    id: 'policy',
    prefix: 'POL',
    shortTitle: 'AI Security Policy',
    authority: 'binding',
    authorityNote: 'Binding on everybody in its scope once its approver has put it in force.',
    licence: "The organisation's own text; it stays in its database and data folder.",
    names: ['the policy', 'our policy', 'policy', 'POL'],
  };
}

/** The guide to an ISMS for AI. */
export function guideDocument(title: string): DocumentInfo {
  return {
    ...BASE,
    id: 'isms',
    prefix: 'ISMS',
    title,
    shortTitle: 'ISMS guide',
    version: 'undated',
    authority: 'reference',
    authorityNote: 'A guide; advice, not a rule.',
    licence: 'No licence is printed. The text stays in the organisation’s database and data folder.',
    revisions: [],
    names: ['ISMS guide', 'the guide', 'ISMS'],
  };
}

/** A catalogue in OSCAL. NIST's own are works of the US government and free to pass on. */
export function catalogDocument(info: {
  id: string;
  prefix: string;
  title: string;
  version: string;
  date: string | null;
  publicDomain: boolean;
}): DocumentInfo {
  const { publicDomain, ...rest } = info;
  return {
    ...BASE,
    ...rest,
    shortTitle: info.prefix === 'CSF' ? 'CSF' : info.prefix,
    authority: 'reference',
    authorityNote: 'An imported catalogue of controls; it binds nobody until the organisation adopts it.',
    audience: publicDomain ? 'public' : 'internal',
    outsideModel: publicDomain,
    licence: publicDomain
      ? 'A work of the US government (NIST), not subject to copyright in the United States.'
      : 'No licence is recorded. The text stays in the organisation’s database and data folder.',
    revisions: [],
    names: [info.prefix, info.title].map((name) => name.slice(0, 300)),
  };
}

/** Any other document. */
export function otherDocument(info: {
  id: string;
  prefix: string;
  title: string;
  version: string;
  audience: Audience;
}): DocumentInfo {
  return {
    ...BASE,
    ...info,
    shortTitle: info.title.slice(0, 60),
    authority: 'reference',
    authorityNote: 'An imported document; it binds nobody until the organisation decides so.',
    licence: 'No licence is recorded. The text stays in the organisation’s database and data folder.',
    revisions: [],
    names: [info.title.slice(0, 300)],
  };
}

/**
 * Audience for a classification as printed ("Internal Use Only", "Confidential"). What is not recognised is treated as
 * restricted; nothing printed is internal.
 */
export function audienceOf(classification: string | null): Audience {
  if (classification === null || classification.trim() === '') return 'internal';
  if (
    /\b(?:public|unclassified|tlp:? ?(?:clear|white))\b/i.test(classification) &&
    !/\b(?:not|non)[ -]?public\b/i.test(classification)
  ) {
    return 'public';
  }
  return /\binternal\b/i.test(classification) ? 'internal' : 'restricted';
}
