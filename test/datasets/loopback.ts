import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine alone, and what it was asked for. */
export interface Loopback {
  /** Address of its root, with a slash at the end. */
  readonly origin: string;
  readonly asked: string[];
  /** What answers from now on. */
  answer: RequestListener;
  close(): Promise<void>;
}

export async function startLoopback(): Promise<Loopback> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    loopback.answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const loopback: Loopback = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    answer: (_, response) => void response.writeHead(404).end(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return loopback;
}
