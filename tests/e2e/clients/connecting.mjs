// Claims about coming in and leaving.
import assert from 'node:assert/strict';

import { token } from './clients.mjs';

const versionOf = { legacy: '2025-11-25', modern: '2026-07-28' };

const connectRefused = async (connect, headers) => {
    try {
        const peer = await connect({ headers });
        await peer.close();
    } catch (error) {
        return `${error.message} ${error.cause?.message ?? ''} ${JSON.stringify(error.data ?? '')}`;
    }
    throw new Error('it was let in');
};

export const both = {
    async 'negotiates the expected version'(connect) {
        const peer = await connect();
        assert.equal(peer.client.getServerVersion().name, 'toolrack');
        const version = peer.client.getNegotiatedProtocolVersion?.() ?? peer.transport.protocolVersion;
        assert.equal(version, versionOf[peer.era]);
        await peer.close();
    },

    async 'gets the capabilities of the server'(connect) {
        const peer = await connect();
        const can = peer.client.getServerCapabilities();
        assert.deepEqual(can.tools, { listChanged: true });
        assert.deepEqual(can.prompts, { listChanged: true });
        assert.deepEqual(can.resources, { listChanged: true, subscribe: true });
        assert.deepEqual(can.completions, {});
        await peer.close();
    },

    async 'shows the error sentence for an invalid token'(connect) {
        assert.match(await connectRefused(connect, { Authorization: `Bearer wrong-${token}` }), /Ask the operator/);
    },

    async 'shows the error sentence for a missing token'(connect) {
        assert.match(await connectRefused(connect, {}), /Authorization: Bearer TOKEN/);
    },

    async 'shows the error sentence for an unexpanded variable'(connect) {
        assert.match(await connectRefused(connect, { Authorization: 'Bearer ${MCP_AUTH_TOKEN}' }), /variable/);
    },
};

export const legacy = {
    async 'ends its session'(connect) {
        const peer = await connect();
        assert(peer.transport.sessionId);
        await peer.client.ping();
        await peer.transport.terminateSession();
        assert.equal(peer.transport.sessionId, undefined);
        await peer.close();
    },

    async 'gets an error after the end of its session'(connect) {
        const [peer, other] = [await connect(), await connect()];
        const { sessionId } = peer.transport;
        const headers = { Authorization: `Bearer ${token}`, 'Mcp-Session-Id': sessionId };
        assert.equal((await fetch(process.env.TOOLRACK_URL, { method: 'DELETE', headers })).status, 204);
        await assert.rejects(peer.client.ping(), /Session not found/);
        await peer.client.close();
        await other.client.ping();
        await other.close();
    },
};

export const modern = {
    async 'has no session'(connect) {
        const peer = await connect();
        await peer.call('echo', { text: 'hi' });
        assert.equal(peer.transport.sessionId, undefined);
        assert(peer.wire.requests.every((request) => !request.headers.has('mcp-session-id')));
        await peer.close();
    },
};
