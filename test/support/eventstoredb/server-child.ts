import { createServer, type Socket, connect } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService as StreamsDefinition } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { ResetCount } from './reset-count.js';
import { Faults, type FromServer, type ToServer } from './faults.js';
import { ServerLog } from './log.js';
import { StreamsService } from './streams-service.js';

/**
 * A process that serves EventStoreDB's protocol for the tests: `server-child <port, 0: any>
 * [file]`. It listens through a relay of raw TCP, so that connections can be reset; what is to go
 * wrong comes over IPC (faults.ts).
 */
const [askedPort = '0', file] = process.argv.slice(2);
const MAX_APPEND_BYTES = 16_777_216;

const log = new ServerLog(file);
const faults = new Faults();
const sockets = new Set<Socket>();
/** RST_STREAM that clients sent. */
let resets = 0;
const resetConnections = (): void => {
  for (const socket of sockets) socket.resetAndDestroy();
  sockets.clear();
};
const streams = new StreamsService({
  log,
  faults,
  maxAppendBytes: MAX_APPEND_BYTES,
  resetConnections,
});

const server = new Server({ 'grpc.max_receive_message_length': 20 * 1024 * 1024 });
const unimplemented = (
  _call: object,
  answer: (error: { code: number; details: string }) => void,
): void => answer({ code: status.UNIMPLEMENTED, details: 'not in the test server' });
server.addService(StreamsDefinition, {
  read: (call: Parameters<StreamsService['read']>[0]) => void streams.read(call),
  append: (
    call: Parameters<StreamsService['append']>[0],
    answer: Parameters<StreamsService['append']>[1],
  ) => void streams.append(call, answer),
  delete: unimplemented,
  tombstone: unimplemented,
  batchAppend: (call: Parameters<StreamsService['batchAppend']>[0]) => streams.batchAppend(call),
});
server.addService(ServerFeaturesService, {
  getSupportedMethods(
    _call: object,
    answer: (error: null, methods: InstanceType<typeof features.SupportedMethods>) => void,
  ) {
    const methods = new features.SupportedMethods();
    methods.setEventStoreServerVersion('24.10.0');
    for (const name of ['read', 'append', 'batchappend']) {
      const method = new features.SupportedMethod();
      method.setServiceName('event_store.client.streams.streams');
      method.setMethodName(name);
      methods.addMethods(method);
    }
    answer(null, methods);
  },
});

const inner = await new Promise<number>((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
});
const relay = createServer({ noDelay: true }, (socket) => {
  const upstream = connect({ port: inner, host: '127.0.0.1', noDelay: true });
  sockets.add(socket);
  const counted = new ResetCount(() => {
    resets += 1;
  });
  socket.on('data', (chunk: Buffer) => counted.see(chunk));
  socket.pipe(upstream).pipe(socket);
  socket.on('error', () => upstream.destroy());
  upstream.on('error', () => socket.destroy());
  socket.on('close', () => {
    sockets.delete(socket);
    upstream.destroy();
  });
});
relay.listen(Number(askedPort), '127.0.0.1', () => {
  const { port } = relay.address() as { port: number };
  server.addService(GossipService, {
    read(
      _call: object,
      answer: (error: null, cluster: InstanceType<typeof gossip.ClusterInfo>) => void,
    ) {
      const endpoint = new gossip.EndPoint();
      endpoint.setAddress('127.0.0.1');
      endpoint.setPort(port);
      const member = new gossip.MemberInfo();
      member.setIsAlive(true);
      member.setState(gossip.MemberInfo.VNodeState.LEADER);
      member.setHttpEndPoint(endpoint);
      const cluster = new gossip.ClusterInfo();
      cluster.addMembers(member);
      answer(null, cluster);
    },
  });
  process.send?.({ kind: 'listening', port } satisfies FromServer);
});

process.on('message', (order: ToServer) => {
  if (order.kind === 'fault') faults.add(order.plan);
  else if (order.kind === 'heal') {
    faults.heal();
    log.forgetsIds = false;
  } else if (order.kind === 'forget-ids') log.forgetsIds = true;
  else if (order.kind === 'trim') log.trim(order.stream, order.how);
  else if (order.kind === 'drop-subscriptions') {
    if (order.how === 'reset') resetConnections();
    else streams.dropSubscriptions(order.how);
  }
  const { appends, reads, mostSent, subscriptions } = streams;
  process.send?.({
    kind: 'done',
    id: order.id,
    counts: {
      appends,
      reads,
      mostSent,
      subscriptions: subscriptions.size,
      events: log.all.length,
      faultsLeft: faults.left,
      resets,
    },
  } satisfies FromServer);
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0));
