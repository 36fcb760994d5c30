// SPDX-License-Identifier: MPL-2.0
// A forward proxy that wants a name and a password: node proxy.js NAME:PASSWORD NAMES_END
// It tunnels (CONNECT) and forwards (GET http://…), finds every name that ends so on loopback itself, prints its port, and
// stops with its input. Who shows it what is for the server behind a tunnel (Authorization) is refused.
'use strict';
const http = require('http');
const net = require('net');
const [, , credentials, end] = process.argv;
const expected = 'Basic ' + Buffer.from(credentials).toString('base64');
const address = host => (host.endsWith(end) ? '127.0.0.1' : host);
const refusal = { 'Proxy-Authenticate': 'Basic realm="rig"', 'Content-Type': 'text/html' };

const server = http.createServer((request, response) => {
  if (request.headers['proxy-authorization'] !== expected) {
    response.writeHead(407, refusal);
    return response.end('<html><title>Who are you?</title></html>');
  }
  const { hostname, port, pathname, search } = new URL(request.url);
  const { 'proxy-authorization': secret, 'proxy-connection': hop, ...headers } = request.headers;
  const onward = http.request(
    { host: address(hostname), port: port || 80, path: pathname + search, method: request.method, headers },
    reply => {
      response.writeHead(reply.statusCode, reply.headers);
      reply.pipe(response);
    });
  onward.on('error', () => response.destroy());
  return request.pipe(onward);
});

server.on('connect', (request, client, head) => {
  client.on('error', () => {});
  if (request.headers.authorization)
    return client.end('HTTP/1.1 400 That is not for me\r\nContent-Length: 0\r\n\r\n');
  if (request.headers['proxy-authorization'] !== expected)
    return client.end('HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic realm="rig"\r\nContent-Length: 0\r\n\r\n');
  const [host, port] = request.url.split(':');
  const onward = net.connect(port, address(host), () => {
    client.write('HTTP/1.1 200 Go ahead\r\n\r\n');
    onward.write(head);
    onward.pipe(client);
    client.pipe(onward);
  });
  onward.on('error', () => client.destroy());
  return client.on('close', () => onward.destroy());
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
