// Claims about streams that end before the answer came: a legacy client takes them up again, and misses
// nothing. In the modern era a stream is as long as its request.
import assert from 'node:assert/strict';

import { textOf } from './clients.mjs';
import { within } from './events.mjs';
import { Job } from './job.mjs';
import { resumes } from './wire.mjs';

const atOnce = {
    transport: {
        reconnectionOptions: {
            initialReconnectionDelay: 10, maxReconnectionDelay: 10, reconnectionDelayGrowFactor: 1, maxRetries: 3 },
    },
};

const callsOf = (peer, name) => peer.wire.requests.filter((request) => request.message?.params?.name === name);

export const legacy = {
    async 'resumes a stream that the server closed'(connect) {
        const peer = await connect(atOnce);
        const release = peer.wire.holdBack(resumes);
        const job = new Job(peer, { hangs_up: true });
        assert.equal(await job.steps.next(), '1 of 3');
        await job.goOn(peer);
        release();
        await job.finish(peer, 2);
        assert.equal(peer.wire.requests.filter(resumes).length, 1);
        assert.equal(callsOf(peer, 'work').length, 1);
        await peer.close();
    },

    async 'resumes a stream that closed before the first message'(connect) {
        const peer = await connect(atOnce);
        assert.match(textOf(await peer.call('test_reconnection')), /^Reconnection test completed/);
        assert.equal(peer.wire.requests.filter(resumes).length, 1);
        await peer.close();
    },

    async 'resumes the streams of 24 calls'(connect) {
        const peer = await connect(atOnce);
        const jobs = Array.from({ length: 24 }, () => new Job(peer, { hangs_up: true }));
        await Promise.all(jobs.map((job) => job.finish(peer)));
        assert.equal(peer.wire.requests.filter(resumes).length, 24);
        await peer.close();
    },

    async 'resumes a stream after a broken connection'(connect) {
        const peer = await connect(atOnce);
        const job = new Job(peer);
        assert.equal(await job.steps.next(), '1 of 3');
        const release = peer.wire.holdBack(resumes);
        callsOf(peer, 'work')[0].breakOff();
        await job.goOn(peer);
        release();
        await job.finish(peer, 2);
        peer.takeError(/SSE stream disconnected/);
        await peer.close();
    },

    async 'gets the end of the stream of a cancelled call'(connect) {
        const peer = await connect(atOnce);
        const giveUp = new AbortController();
        const job = new Job(peer, {}, { signal: giveUp.signal });
        assert.equal(await job.steps.next(), '1 of 3');
        giveUp.abort(new Error('changed my mind'));
        assert.equal(await job.outcome(peer), 'cancelled');
        const again = await peer.wire.answered(resumes);
        await within('the end of a stream of which nothing can come', again.end);
        await peer.client.close();
    },

    async 'resumes the session stream, and gets missed changes'(connect) {
        const [peer, other] = [await connect(atOnce), await connect()];
        const changed = peer.hear('notifications/tools/list_changed');
        await other.call('test_trigger_tool_change');
        await changed.next();
        const release = peer.wire.holdBack(resumes);
        (await peer.wire.answered((request) => request.method === 'GET')).breakOff();
        await other.call('test_trigger_tool_change');
        release();
        await changed.next();
        assert.deepEqual(changed.unheard, []);
        peer.takeError(/SSE stream disconnected/);
        await other.close();
        await peer.close();
    },

    async 'resumes the stream of another client'(connect) {
        const peer = await connect();
        let lastEvent;
        const onresumptiontoken = (id) => {
            lastEvent = id;
        };
        const job = new Job(peer, {}, { onresumptiontoken });
        assert.equal(await job.steps.next(), '1 of 3');
        const { sessionId, protocolVersion } = peer.transport;
        await peer.close();

        const [heir, other] = [await connect({ transport: { sessionId, protocolVersion } }), await connect()];
        const answer = heir.call('work', { job: job.name }, { resumptionToken: lastEvent, onresumptiontoken });
        for (let step = 1; step <= 3; ++step) await job.goOn(other);
        assert.equal(textOf(await answer), 'done');
        assert(heir.wire.requests.every(resumes));
        await other.close();
        // It hears of the progress that the other asked for.
        await heir.client.close();
    },
};

export const modern = {
    async 'keeps its stream when a tool closes it'(connect) {
        const peer = await connect();
        await new Job(peer, { hangs_up: true }).finish(peer);
        assert.match(textOf(await peer.call('test_reconnection')), /^Reconnection test completed/);
        assert(peer.wire.requests.every((request) => request.method === 'POST'));
        await peer.close();
    },
};
