// The fetch that a transport is given: it notes what is asked, can hold a request back, and can break the
// connection that an answer comes by.
import { within } from './events.mjs';

// The same answer; `request.end` comes when the server ends it. Nobody waits for the end of a refusal.
const watchEnd = (response, request) => {
    if (!response.body || !response.ok) {
        request.end = Promise.resolve();
        return response;
    }
    let ended;
    request.end = new Promise((resolve) => {
        ended = resolve;
    });
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(new TransformStream({ flush: () => ended() }));
    return new Response(body, { status, statusText, headers });
};

export class Wire {
    requests = [];  // {method, lastEventId, headers, message, status, end}; `end` is a promise
    #watchers = [];
    #hold = () => undefined;

    fetch = async (input, init = {}) => {
        const headers = new Headers(init.headers);
        const cut = new AbortController();
        const request = {
            method: init.method ?? 'GET', headers, lastEventId: headers.get('last-event-id'),
            message: init.body ? JSON.parse(init.body) : undefined, breakOff: () => cut.abort() };
        await this.#hold(request);
        const signal = init.signal ? AbortSignal.any([init.signal, cut.signal]) : cut.signal;
        const response = watchEnd(await fetch(input, { ...init, signal }), request);
        request.status = response.status;
        this.requests.push(request);
        this.#watchers = this.#watchers.filter((tell) => !tell(request));
        return response;
    };

    // The first request that is so and whose answer has begun.
    answered(isSo) {
        const found = this.requests.find(isSo);
        if (found) return Promise.resolve(found);
        return within('the answer to a request', new Promise((resolve) => {
            this.#watchers.push((request) => {
                const fits = isSo(request);
                if (fits) resolve(request);
                return fits;
            });
        }));
    }

    // Keeps such requests back until the function that this returns is called.
    holdBack(isSo) {
        let release;
        const released = new Promise((resolve) => {
            release = resolve;
        });
        this.#hold = (request) => (isSo(request) ? released : undefined);
        return release;
    }
}

export const resumes = (request) => request.method === 'GET' && request.lastEventId !== null;
