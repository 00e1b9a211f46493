// Writes everything that is generated; with --check exits 1 where a committed file is stale.
await import('./generate-events.mjs');
await import('./generate-asyncapi.mjs');
await import('./generate-responses.mjs');
