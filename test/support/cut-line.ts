import { createServer, connect, type Socket } from 'node:net';

/** A line to a TCP server that a test can silence: both ends then think that the other is still there. */
export interface CutLine { readonly port: number; silence(): void; close(): Promise<void> }

export async function cutLine(host: string, port: number): Promise<CutLine> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host, port, allowHalfOpen: true });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on('data', (bytes) => { if (!silent) to.write(bytes); });
      from.on('end', () => { if (!silent) to.end(); });
      from.on('error', () => { if (!silent) to.destroy(); });
      from.on('close', () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    silence: () => { silent = true; },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
