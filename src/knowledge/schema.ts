/**
 * Shapes of the knowledge files (`knowledge/**.yaml`), validated at load. The files are data that a governance team
 * edits, so every object is strict: an unknown key is an error that names itself, not a silently lost fact.
 */
import { z } from 'zod';

const text = z.string().trim().min(1).max(4_000);
const shortText = z.string().trim().min(1).max(300);

/** Item ids: `WP-2.6.1`, `POL-4.3`, `POL-DOC`, `AICM-GRC-05`, `ISMS-risk-assessment`, `NIST-AC-2(1)`. */
export const itemIdSchema = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9]*-[A-Za-z0-9&]+(?:[.-][A-Za-z0-9&]+)*(?:\([0-9]+\))?$/,
    'an item id such as WP-2.6.1 or AICM-GRC-05',
  );

export const authoritySchema = z.enum(['binding', 'adopted', 'reference']);
export const audienceSchema = z.enum(['public', 'internal', 'restricted']);
export const raciLetterSchema = z.enum(['responsible', 'accountable', 'consulted', 'informed']);
export const ssrmActorSchema = z.enum(['CSP', 'MP', 'OSP', 'AP', 'AIC']);
export const ssrmLayerSchema = z.enum(['processing infrastructure', 'model', 'orchestrated service', 'application']);

/** A role as the document prints it; a plain string, or with the bracketed qualification kept beside it. */
export const roleMentionSchema = z.union([
  shortText.transform((name) => ({ name, note: null as string | null })),
  z.strictObject({ name: shortText, note: shortText }),
]);

const raciSchema = z.strictObject({
  responsible: z.array(roleMentionSchema).default([]),
  accountable: z.array(roleMentionSchema).default([]),
  consulted: z.array(roleMentionSchema).default([]),
  informed: z.array(roleMentionSchema).default([]),
});

/** What a statement is about; steers which statements answer a question. */
export const aspectSchema = z.enum([
  'definition',
  'scope',
  'purpose',
  'requirement',
  'criteria',
  'strategy',
  'monitoring',
  'access-control',
  'guardrails',
  'ownership',
  'role',
  'risk',
  'technique',
  'reason',
  'example',
  'lifecycle',
  'audit',
  'mapping',
  'question',
  'documentation',
  'asset',
  'step',
  'document',
  'gap',
  'task',
  'note',
]);

/** One fact in our own words; a plain string is a requirement. */
const statementSchema = z.union([
  text.transform((value) => ({ aspect: 'requirement' as const, text: value })),
  z.strictObject({ aspect: aspectSchema, text }),
]);

/** A figure exactly as the source gives it; `value: null` says that a target is named without a number. */
const figureSchema = z.strictObject({ value: shortText.nullable(), of: shortText });

/** SSRM ownership of one layer; `shared` when several actors own it jointly; empty owners: not stated at the source. */
const ownershipSchema = z.strictObject({
  layer: ssrmLayerSchema,
  owners: z.array(ssrmActorSchema),
  shared: z.boolean(),
  meaning: text.optional(),
});

/** References into one outside standard, with what the mapping says is missing there. */
const mappingSchema = z.strictObject({
  standard: shortText,
  refs: z.array(shortText),
  notes: z.record(z.string(), shortText).optional(),
  gap: text.nullable().optional(),
  addendum: text.nullable().optional(),
});

export const itemSchema = z.strictObject({
  id: itemIdSchema,
  title: shortText,
  /** What kind of thing it is: a RACI section, a policy clause, a control, a guide section, front matter. */
  kind: z.enum(['responsibility', 'clause', 'control', 'guide', 'front-matter', 'document']),
  /** Where people know it from, e.g. the chapter's name. */
  chapter: shortText.optional(),
  audience: audienceSchema.optional(),
  raci: raciSchema.optional(),
  /** Letters whose several names are alternatives ("A or B"), not a list. */
  alternatives: z.array(raciLetterSchema).default([]),
  ownership: z.array(ownershipSchema).optional(),
  mappings: z.array(mappingSchema).default([]),
  statements: z.array(statementSchema).min(1),
  figures: z.array(figureSchema).default([]),
  guardrails: z.array(shortText).default([]),
  /** What the source leaves empty, so that an answer can say so ("threat coverage"). */
  empty: z.array(shortText).default([]),
  /** Other names people use for it. */
  aliases: z.array(shortText).default([]),
  /** Questions as different people would ask them, in words that are not the document's. */
  questions: z.array(shortText).default([]),
  related: z.array(itemIdSchema).default([]),
});

/** A file of items: `knowledge/<document>/*.yaml`. */
export const itemFileSchema = z.strictObject({ document: shortText, items: z.array(itemSchema).min(1) });

/** One document of the library: `knowledge/library.yaml`. */
export const documentSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  prefix: z.string().regex(/^[A-Z][A-Z0-9]{1,11}$/),
  title: shortText,
  shortTitle: shortText,
  version: shortText,
  date: z.iso.date().nullable().default(null),
  authority: authoritySchema,
  authorityNote: text,
  audience: audienceSchema,
  /** May its text be sent to a language model outside? */
  outsideModel: z.boolean(),
  licence: text,
  approver: shortText.nullable().default(null),
  effective: z.iso.date().nullable().default(null),
  nextReview: z.iso.date().nullable().default(null),
  revisions: z
    .array(
      z.strictObject({
        version: shortText,
        date: z.iso.date().nullable(),
        change: text,
        approvedBy: shortText.nullable(),
      }),
    )
    .default([]),
  /** Words by which a question names this document ("the policy", "ML paper"). */
  names: z.array(shortText).default([]),
});
export const libraryFileSchema = z.strictObject({ documents: z.array(documentSchema).min(1) });

/** The registry of roles: `knowledge/roles.yaml`. */
export const roleSchema = z.strictObject({
  name: shortText,
  abbreviation: shortText.optional(),
  /** Other spellings of the same role in the documents and in daily speech. */
  spellings: z.array(shortText).default([]),
  definition: text.optional(),
  definedIn: itemIdSchema.optional(),
  /** Names that look alike but are not said to be the same body. */
  notKnownSame: z.array(shortText).default([]),
});
export const rolesFileSchema = z.strictObject({ roles: z.array(roleSchema).min(1) });

/** Abbreviations, and everyday words for terms of art: `knowledge/glossary.yaml`. */
export const glossaryFileSchema = z.strictObject({
  abbreviations: z.record(z.string(), shortText),
  everyday: z.array(z.strictObject({ say: z.array(shortText).min(1), means: z.array(shortText).min(1) })),
});

/** From document roles to the organisation's own: `knowledge/role-map.yaml`. */
export const roleMapFileSchema = z.strictObject({
  from: z.iso.date(),
  ssrmActor: ssrmActorSchema.nullable().default(null),
  map: z.array(z.strictObject({ role: shortText, ours: shortText.nullable(), note: text.optional() })).default([]),
});

export type Authority = z.infer<typeof authoritySchema>;
export type Audience = z.infer<typeof audienceSchema>;
export type RaciLetter = z.infer<typeof raciLetterSchema>;
export type SsrmActor = z.infer<typeof ssrmActorSchema>;
export type SsrmLayer = z.infer<typeof ssrmLayerSchema>;
export type RoleMention = z.infer<typeof roleMentionSchema>;
export type Aspect = z.infer<typeof aspectSchema>;
export type Item = z.infer<typeof itemSchema>;
export type DocumentInfo = z.infer<typeof documentSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Glossary = z.infer<typeof glossaryFileSchema>;
export type RoleMap = z.infer<typeof roleMapFileSchema>;
