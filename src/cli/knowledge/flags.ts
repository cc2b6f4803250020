/** Options of the commands that change the library. */

/** Options of `knowledge import`. */
export type ImportFlags = {
  readonly as: string;
  readonly id?: string;
  readonly version?: string;
  readonly crosswalk?: string;
  readonly by?: string;
  readonly json?: true;
};

/** Options of `knowledge accept` and `knowledge rollback`. */
export type DecideFlags = {
  readonly by?: string;
  readonly approver?: string;
  readonly decision?: string;
  readonly decidedOn?: string;
  readonly effective?: string;
  readonly json?: true;
};

/** Options of `knowledge withdraw`. */
export type WithdrawFlags = DecideFlags & { readonly reason?: string };

/** Options of `knowledge diff`. */
export type DiffFlags = { readonly crosswalk?: string; readonly json?: true };
