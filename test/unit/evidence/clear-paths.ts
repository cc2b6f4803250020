/** Places of strings in an event's data that are not hidden, elements of a list as `*`. */
export function clearPaths(value: unknown, at: readonly string[] = []): readonly string[] {
  if (typeof value === 'string') return [at.join('.')];
  if (typeof value !== 'object' || value === null || '$hidden' in value) return [];
  return Object.entries(value).flatMap(([key, inner]) => clearPaths(inner, [...at, Array.isArray(value) ? '*' : key]));
}
