/** What the gate's answer means in each environment (`knowledge/gate.yaml`). */
import { z } from 'zod';
import { sameName } from './names.ts';

/** `observe`: a no is reported and recorded, the pipeline goes on. `enforce`: a no stops it. */
export const GATE_MODES = ['observe', 'enforce'] as const;
export type GateMode = (typeof GATE_MODES)[number];

const perMinute = z.int().min(1).max(60_000);

export const gateSettingsSchema = z.strictObject({
  version: z.string().trim().min(1).max(30),
  /** For an environment that is not listed. */
  default: z.enum(GATE_MODES),
  environments: z.record(z.string().trim().min(1).max(40), z.enum(GATE_MODES)),
  limits: z.strictObject({
    /** Questions a token may ask a minute. */
    perTokenAndMinute: perMinute,
    /** Questions a minute that were never asked before: each makes an entry in the log. */
    newPerTokenAndMinute: perMinute,
    /** Unknown tokens a minute from one address. */
    unknownPerAddressAndMinute: perMinute,
  }),
});

/** The settings as the gate uses them. */
export type GateSettings = z.infer<typeof gateSettingsSchema>;

/** The mode of an environment. */
export function modeOf(settings: GateSettings, environment: string): GateMode {
  const named = Object.entries(settings.environments).filter(([name]) => sameName(name, environment));
  if (named.length === 0) return settings.default;
  // Approvals name the environment exactly, so a lenient mode does too: a look-alike name is enforced.
  return named.find(([name]) => name === environment)?.[1] ?? 'enforce';
}
