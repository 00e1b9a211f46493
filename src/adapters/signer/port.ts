import type { JWTVerifyGetKey } from 'jose';

/** Who may call: an OIDC issuer's keys, whose tokens the guard verifies. */
export interface TokenTrust {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: JWTVerifyGetKey;
}

/** Makes tokens; only the embedded local issuer has one, and it is refused in production mode. */
export interface TokenIssuer {
  issue(claims: {
    readonly subject: string;
    readonly role: string;
    readonly regions?: readonly string[];
    readonly ttlSeconds?: number;
  }): Promise<string>;
}
