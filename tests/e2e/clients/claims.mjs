// What every client must be able to do with this server. A client is a way to connect: it takes options
// of the transport and gives { client, transport }, as both SDK generations understand them.
//
// usage: node claims.mjs CLIENT CLAIM, with TOOLRACK_URL and MCP_AUTH_TOKEN in the environment
import assert from 'node:assert/strict';

const url = new URL(process.env.TOOLRACK_URL);
const token = process.env.MCP_AUTH_TOKEN;
const about = { name: 'e2e', version: '1.0.0' };

const v1 = async (transportOptions) => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    return { client: new Client(about), transport: new StreamableHTTPClientTransport(url, transportOptions) };
};

const v2 = (mode) => async (transportOptions) => {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    return {
        client: new Client(about, { versionNegotiation: { mode } }),
        transport: new StreamableHTTPClientTransport(url, transportOptions),
        isModern: mode !== 'legacy',
    };
};

const clients = { v1, 'v2-legacy': v2('legacy'), 'v2-auto': v2('auto'), 'v2-modern': v2({ pin: '2026-07-28' }) };

const connect = async (make, headers = { Authorization: `Bearer ${token}` }) => {
    const { client, transport, isModern } = await make({ requestInit: { headers } });
    await client.connect(transport);
    return { client, transport, isModern };
};

const connectRefused = async (make, headers) => {
    try {
        const { client } = await connect(make, headers);
        await client.close();
    } catch (error) {
        return `${error.message} ${error.cause?.message ?? ''} ${JSON.stringify(error.data ?? '')}`;
    }
    throw new Error('it was let in');
};

const claims = {
    async 'lists and calls a tool'(make) {
        const { client } = await connect(make);
        const { tools } = await client.listTools();
        assert(tools.some((tool) => tool.name === 'echo'), JSON.stringify(tools));
        const text = 'Grüße "\\ \u2028 \u{1f600}';
        const answer = await client.callTool({ name: 'echo', arguments: { text } });
        assert.deepEqual(answer.content, [{ type: 'text', text }]);
        await client.close();
    },

    async 'speaks the version it came for'(make) {
        const { client, transport, isModern } = await connect(make);
        assert.equal(client.getServerVersion().name, 'toolrack');
        const version = client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion;
        assert.equal(version, isModern ? '2026-07-28' : '2025-11-25');
        await client.close();
    },

    async 'makes many calls at once'(make) {
        const { client } = await connect(make);
        const texts = Array.from({ length: 50 }, (_, index) => `nonce ${index} ${Math.random()}`);
        const answers = await Promise.all(texts.map((text) => client.callTool({ name: 'echo', arguments: { text } })));
        assert.deepEqual(answers.map((answer) => answer.content[0].text), texts);
        await client.close();
    },

    async 'shows our sentence when the token is wrong'(make) {
        assert.match(await connectRefused(make, { Authorization: `Bearer wrong-${token}` }), /Ask the operator/);
    },

    async 'shows our sentence when there is no token'(make) {
        assert.match(await connectRefused(make, {}), /Authorization: Bearer TOKEN/);
    },

    async 'shows our sentence when a variable was not filled in'(make) {
        assert.match(await connectRefused(make, { Authorization: 'Bearer ${MCP_AUTH_TOKEN}' }), /variable/);
    },

    async 'hears of progress while the tool works'(make) {
        const { client } = await connect(make);
        const heard = [];
        const params = { name: 'notifies', arguments: {} };
        const options = { onprogress: (progress) => heard.push(progress.progress) };
        const answer = await (make === v1 ? client.callTool(params, undefined, options) : client.callTool(params, options));
        assert(answer.content.length > 0);
        assert(heard.length >= 2, `heard ${heard}`);
        assert.deepEqual(heard, [...heard].sort((a, b) => a - b));
        await client.close();
    },

    async 'hears of an unknown tool as an error'(make) {
        const { client } = await connect(make);
        await assert.rejects(client.callTool({ name: 'no-such-tool', arguments: {} }), /no-such-tool/);
        assert.equal((await client.callTool({ name: 'echo', arguments: { text: 'still here' } })).content[0].text, 'still here');
        await client.close();
    },

    async 'ends its session'(make) {
        const { client, transport, isModern } = await connect(make);
        if (isModern) {
            assert.equal(transport.sessionId, undefined);
        } else {
            assert(transport.sessionId);
            await transport.terminateSession();
        }
        await client.close();
    },
};

const [, , client, claim] = process.argv;
await claims[claim](clients[client]);
