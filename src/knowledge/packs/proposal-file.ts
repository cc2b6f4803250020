/** A proposal as it is kept until somebody accepts it. The difference is not kept: it is made anew from the packs. */
import { z } from 'zod';
import type { ImportWarning } from '../importers/source.ts';
import { packJson, readPack } from './pack.ts';
import type { Proposal } from './proposal.ts';

const warningSchema = z.strictObject({
  code: z.string().max(60),
  place: z.strictObject({
    sheet: z.string().optional(),
    row: z.number().optional(),
    column: z.number().optional(),
    page: z.number().optional(),
    line: z.number().optional(),
    paragraph: z.number().optional(),
    path: z.string().optional(),
  }),
  detail: z.string().max(1_000),
  itemId: z.string().optional(),
});

const fileSchema = z.strictObject({
  format: z.literal('countersign-proposal/1'),
  id: z.string().regex(/^IMP-[0-9a-f]{8}$/),
  packHash: z.string().regex(/^[0-9a-f]{64}$/),
  baseHash: z.string().nullable(),
  proposedBy: z.string().min(1).max(100),
  proposedAt: z.iso.datetime(),
  suspicious: z.array(warningSchema),
  notes: z.array(warningSchema),
  pack: z.unknown(),
});

/** A kept proposal: everything but the difference. */
export type ProposalFile = Omit<Proposal, 'diff'>;

/** A proposal as plain JSON. */
export function proposalFile(proposal: Proposal): unknown {
  const { diff: _, pack, ...rest } = proposal;
  return { format: 'countersign-proposal/1', ...rest, pack: packJson(pack) };
}

/** Reads a kept proposal; its pack must have the hash it says. */
export function readProposal(
  data: unknown,
): { readonly ok: true; readonly file: ProposalFile } | { readonly ok: false; readonly reason: 'not_a_proposal' } {
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) return { ok: false, reason: 'not_a_proposal' };
  const reading = readPack(parsed.data.pack);
  if (!reading.ok || reading.hash !== parsed.data.packHash) return { ok: false, reason: 'not_a_proposal' };
  const { format: _, pack: __, suspicious, notes, ...rest } = parsed.data;
  return {
    ok: true,
    file: { ...rest, suspicious: suspicious as ImportWarning[], notes: notes as ImportWarning[], pack: reading.pack },
  };
}
