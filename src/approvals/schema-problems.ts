/** Errors of a data schema as plain sentences, each at the most precise place it can be pinned to. */
import type { z } from 'zod';

type Path = readonly (string | number)[];
/** What is wrong, and where: the path from the root of the file. */
export type SchemaProblem = { readonly path: Path; readonly text: string };

const pathOf = (parts: readonly PropertyKey[]): Path =>
  parts.map((part) => (typeof part === 'number' ? part : String(part)));

/** The problems behind one issue: each unknown key by itself, and of alternatives the one that came nearest. */
export function problemsOf(issue: z.core.$ZodIssue, under: Path = []): readonly SchemaProblem[] {
  const path = [...under, ...pathOf(issue.path)];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], text: `"${key}" is not known here` }));
  if (issue.code === 'invalid_union') {
    const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0];
    if (nearest && depth(nearest) > 0) return nearest.flatMap((inner) => problemsOf(inner, path));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ path, text: missing ? `missing: ${issue.expected} expected` : issue.message }];
}

/** How far into the data an alternative fitted before it failed. An unknown key is found inside the object. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}
