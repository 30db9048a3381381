// Makes or reads a signed token with the two libraries that most of the world's JavaScript does it with.
//
// usage: node mint.mjs jose|jsonwebtoken sign|verify, with a JSON {jwk, claims?, token?, audience, issuer} on standard
// input; writes the token, or the claims as JSON, to standard output
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as jose from 'jose';
import jsonwebtoken from 'jsonwebtoken';

const { jwk, claims, token, audience, issuer } = JSON.parse(readFileSync(0, 'utf8'));
const bytes = Buffer.from(jwk.k, 'base64url');

const libraries = {
    jose: {
        async sign() {
            // Not in the order in which Toolrack writes it.
            const header = { kid: jwk.kid, typ: 'at+jwt', alg: 'HS256' };
            return await new jose.SignJWT(claims).setProtectedHeader(header).sign(await jose.importJWK(jwk));
        },
        async verify() {
            const { payload, protectedHeader } = await jose.jwtVerify(token, await jose.importJWK(jwk), {
                algorithms: ['HS256'], audience, issuer, typ: 'at+jwt', requiredClaims: ['sub', 'scope', 'jti'],
            });
            assert.equal(protectedHeader.kid, jwk.kid);
            return payload;
        },
    },
    jsonwebtoken: {
        async sign() {
            return jsonwebtoken.sign(claims, bytes, { algorithm: 'HS256', keyid: jwk.kid, header: { typ: 'at+jwt' } });
        },
        async verify() {
            return jsonwebtoken.verify(token, bytes, { algorithms: ['HS256'], audience, issuer });
        },
    },
};

const [library, what] = process.argv.slice(2);
const answer = await libraries[library][what]();
process.stdout.write(typeof answer === 'string' ? answer : JSON.stringify(answer));
