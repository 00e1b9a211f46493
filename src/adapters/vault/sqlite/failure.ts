import { VaultError } from '../port.js';

/** Any failure as a VaultError that says what to do. It never carries a value of a record. */
export function failure(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  if (!(error instanceof Error))
    return new VaultError('VAULT_FAILED', 'The vault failed for a reason that it did not give.');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return new VaultError(
      'DISK_FULL',
      'There is no space left for the vault; make room and send the request again.',
      { cause: error },
    );
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new VaultError(
      'VAULT_CORRUPT',
      `The vault's file is damaged (${code}); restore it from your copy.`,
      { cause: error },
    );
  if (code.startsWith('SQLITE_BUSY'))
    return new VaultError('VAULT_FAILED', 'Another process has the vault open.', { cause: error });
  return new VaultError(
    'VAULT_FAILED',
    `The vault failed${code ? ` (${code})` : ''}: ${error.message}`,
    { cause: error },
  );
}
