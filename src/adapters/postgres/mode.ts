import { StoreError } from '../../kernel/errors.js';
import { openPostgres } from './pool.js';

const TABLE =
  'create table if not exists sanad_production (one boolean primary key default true check (one))';

/**
 * Keeps in the database that it was used in production mode, whatever folders its processes have.
 * @throws StoreError DATA_FOLDER_PRODUCTION, PostgresError
 */
export async function keepDatabaseMode(
  connectionString: string,
  mode: 'development' | 'production',
  options: { readonly schema?: string } = {},
): Promise<void> {
  const db = openPostgres(connectionString, { name: 'sanad-mode', max: 1, ...options });
  try {
    await db.create(TABLE);
    if (mode === 'production')
      await db.query('insert into sanad_production default values on conflict (one) do nothing');
    else if ((await db.query('select 1 as found from sanad_production')).length > 0)
      throw new StoreError(
        'DATA_FOLDER_PRODUCTION',
        'The database was used in production mode, and development mode does not open it. Set SANAD_MODE=production.',
      );
  } finally {
    await db.close();
  }
}
