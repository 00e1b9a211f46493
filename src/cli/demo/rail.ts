/**
 * How the demo speaks to its stand-in bank: by ISO 20022 files in a folder, or over the HTTP API.
 */
export const RAILS = ['files', 'http'] as const;
export type Rail = (typeof RAILS)[number];
