/** Whole numbers beyond 2^53 as strings, as the API shows them. */
export const json = (value: unknown): string =>
  JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
