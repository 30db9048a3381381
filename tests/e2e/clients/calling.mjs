// Claims about calling tools: answers, many at once, progress, and giving up.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { textOf } from './clients.mjs';
import { Job } from './job.mjs';

export const both = {
    async 'lists and calls a tool'(connect) {
        const peer = await connect();
        assert(await peer.learn('echo'));
        const text = 'Grüße "\\ \u2028 \u{1f600}';
        assert.deepEqual((await peer.call('echo', { text })).content, [{ type: 'text', text }]);
        await peer.close();
    },

    async 'gets content of every kind'(connect) {
        const peer = await connect();
        const { content } = await peer.call('test_multiple_content_types');
        assert.deepEqual(content.map((one) => one.type), ['text', 'image', 'resource']);
        assert.equal(content[1].mimeType, 'image/png');
        assert.equal(Buffer.from(content[1].data, 'base64').subarray(1, 4).toString(), 'PNG');
        assert.deepEqual(JSON.parse(content[2].resource.text), { test: 'data', value: 123 });
        const sound = (await peer.call('test_audio_content')).content[0];
        assert.deepEqual([sound.type, sound.mimeType], ['audio', 'audio/wav']);
        await peer.close();
    },

    async 'makes many calls at once'(connect) {
        const peer = await connect();
        const texts = Array.from({ length: 50 }, (_, index) => `nonce ${index} ${Math.random()}`);
        const answers = await Promise.all(texts.map((text) => peer.call('echo', { text })));
        assert.deepEqual(answers.map(textOf), texts);
        await peer.close();
    },

    async 'runs 24 calls concurrently'(connect) {
        const peer = await connect();
        const args = { job: randomUUID(), count: 24 };
        const calls = Array.from({ length: 24 }, () => peer.call('meet', args));
        assert.deepEqual((await Promise.all(calls)).map(textOf), Array(24).fill('met'));
        await peer.close();
    },

    async 'gets each progress notification before the next step'(connect) {
        const peer = await connect();
        await new Job(peer).finish(peer);
        await peer.close();
    },

    async 'gets the progress of each call separately'(connect) {
        const peer = await connect();
        const [one, other] = [new Job(peer), new Job(peer)];
        assert.equal(await other.steps.next(), '1 of 3');
        await one.finish(peer);
        await other.goOn(peer);
        await other.finish(peer, 2);
        await peer.close();
    },

    async 'cancels a call, and the tool is notified'(connect) {
        const peer = await connect();
        const giveUp = new AbortController();
        const [given, kept] = [new Job(peer, {}, { signal: giveUp.signal }), new Job(peer)];
        assert.equal(await given.steps.next(), '1 of 3');
        giveUp.abort(new Error('changed my mind'));
        await assert.rejects(given.answer, /changed my mind/);
        assert.equal(await given.outcome(peer), 'cancelled');
        assert.deepEqual(given.steps.unheard, []);
        await kept.finish(peer);
        assert.equal(await kept.outcome(peer), 'done');
        await peer.close();
    },

    async 'cancels a call without notifications'(connect) {
        const peer = await connect();
        const id = randomUUID();
        const giveUp = new AbortController();
        const { signal } = giveUp;
        const sleeping = peer.call('test_sleep', { ms: 600_000, id }, { signal });
        sleeping.catch(() => undefined);
        const status = async () => textOf(await peer.call('test_sleep_status', { id }));
        while ((await status()) === 'unknown');
        giveUp.abort(new Error('changed my mind'));
        await assert.rejects(sleeping, /changed my mind/);
        while ((await status()) === 'running');
        assert.equal(await status(), 'cancelled');
        await peer.close();
    },

    async 'gets structured output that matches the schema'(connect) {
        const peer = await connect();
        assert.equal((await peer.learn('count')).outputSchema.properties.letters.type, 'integer');
        const answer = await peer.call('count', { word: 'rendezvous' });
        assert.deepEqual(answer.structuredContent, { letters: 10 });
        assert.deepEqual(JSON.parse(textOf(answer)), { letters: 10 });
        await peer.close();
    },

    async 'refuses structured output that violates the schema'(connect) {
        const peer = await connect();
        await peer.learn('miscount');
        await assert.rejects(peer.call('miscount'), /does not match the tool's output schema/);
        await peer.close();
    },

    async 'gets an error for an unknown tool'(connect) {
        const peer = await connect();
        await assert.rejects(peer.call('no-such-tool'),
            (error) => error.code === -32602 && /no-such-tool/.test(error.message));
        assert.equal(textOf(await peer.call('echo', { text: 'still here' })), 'still here');
        await peer.close();
    },

    async 'gets the reason why arguments are invalid'(connect) {
        const peer = await connect();
        const said = await peer.call('meet', { job: 5 }).then(
            (answer) => (answer.isError ? textOf(answer) : 'served'), (error) => error.message);
        assert.match(said, /job/);
        await peer.close();
    },

    async 'gets the error of a tool'(connect) {
        const peer = await connect();
        const answer = await peer.call('test_error_handling');
        assert.equal(answer.isError, true);
        assert.equal(textOf(answer), 'This tool intentionally returns an error for testing');
        await peer.close();
    },
};

export const legacy = {
    async 'gets log messages from the level that it set'(connect) {
        const peer = await connect();
        const logged = peer.hear('notifications/message');
        await peer.client.setLoggingLevel('error');
        await peer.call('test_tool_with_logging');
        assert.deepEqual(logged.unheard, []);
        await peer.client.setLoggingLevel('debug');
        await peer.call('test_tool_with_logging');
        assert.deepEqual(logged.unheard.map((message) => message.data),
            ['Tool execution started', 'Tool processing data', 'Tool execution completed']);
        await peer.close();
    },

    async 'ends its session, and the running tool is cancelled'(connect) {
        const [peer, other] = [await connect(), await connect()];
        const job = new Job(peer);
        assert.equal(await job.steps.next(), '1 of 3');
        await peer.transport.terminateSession();
        assert.equal(await job.outcome(other), 'cancelled');
        await peer.client.close();
        await other.close();
    },
};

export const modern = {
    async 'gets log messages from the level of the request'(connect) {
        const peer = await connect();
        const logged = peer.hear('notifications/message');
        const call = (meta) => peer.client.callTool({ name: 'test_tool_with_logging', _meta: meta });
        await call();
        await call({ 'io.modelcontextprotocol/logLevel': 'error' });
        assert.deepEqual(logged.unheard, []);
        await call({ 'io.modelcontextprotocol/logLevel': 'debug' });
        assert.deepEqual(logged.unheard.map((message) => message.data),
            ['Tool execution started', 'Tool processing data', 'Tool execution completed']);
        await peer.close();
    },

    async 'disconnects, and the running tool is cancelled'(connect) {
        const [peer, other] = [await connect(), await connect()];
        const job = new Job(peer);
        assert.equal(await job.steps.next(), '1 of 3');
        await peer.close();
        assert.equal(await job.outcome(other), 'cancelled');
        await other.close();
    },

    async 'repeats an argument in a header when the schema requires it'(connect) {
        const peer = await connect();
        await peer.learn('test_x_mcp_header');
        for (const region of ['eu', ' Grüße ', '=?base64?eA==?='])
            assert.equal(textOf(await peer.call('test_x_mcp_header', { region })), `region=${region}`);
        await peer.close();
    },

    async 'repeats the call with the header that the error names'(connect) {
        const peer = await connect();
        assert.equal(textOf(await peer.call('test_x_mcp_header', { region: 'eu' })), 'region=eu');
        assert.deepEqual(peer.wire.requests.filter((request) => request.message?.method === 'tools/call')
            .map((request) => [request.status, request.headers.get('mcp-param-region')]), [[400, null], [200, 'eu']]);
        await peer.close();
    },
};
