/** Names of what a vault keeps of people: whose each is stands in it. */
export const sealedRecords = {
  profile: (person: string) => `person/${person}/profile`,
  account: (person: string, account: string) => `person/${person}/account/${account}`,
} as const;

/**
 * Whether a record is the one of a name, or a version of it that a mark at its end tells apart.
 * @param name of sealedRecords
 */
export const isRecordOf = (record: string, name: string): boolean =>
  record === name || record.startsWith(`${name}/`);
