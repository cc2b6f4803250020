export type VectorIndexErrorCode =
  | 'not_a_number'
  | 'wrong_dimension'
  | 'empty'
  /** The process that built the index ended by itself. */
  | 'build_ended'
  /** The process that built the index reported a failure: the embedding server's, or the disk's. */
  | 'build_failed';

/** A vector index that cannot be built. */
export class VectorIndexError extends Error {
  readonly code: VectorIndexErrorCode;
  constructor(code: VectorIndexErrorCode, message: string) {
    super(message);
    this.name = 'VectorIndexError';
    this.code = code;
  }
}

/** HNSWLib accepts NaN silently and then finds nothing. */
export function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension)
    throw new VectorIndexError('wrong_dimension', `A vector has ${vector.length} dimensions instead of ${dimension}.`);
  for (const value of vector)
    if (!Number.isFinite(value))
      throw new VectorIndexError('not_a_number', 'A vector holds a value that is no number.');
}
