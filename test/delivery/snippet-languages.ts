/**
 * Each reads lines of six fields from standard input, all but the first in base64: now, keys (space-separated), id, timestamp,
 * signature, body; and says `true` or `false` for each.
 */
interface Language {
  /** As the page's snippets are called. */
  snippet: string;
  /** What the snippet is written to, and how it is changed for that. */
  file: string;
  prepare?: (source: string) => string;
  driver: { file: string; source: string };
  /** Has to answer, or the language is not here. */
  probe: readonly string[];
  /** One after the other; the last one is given the lines. */
  commands: readonly (readonly string[])[];
}

const node = (snippet: string): Language => ({
  snippet,
  file: 'snippet.mjs',
  driver: {
    file: 'drive.mjs',
    source: `import { readFileSync } from 'node:fs';
import { verifyWebhook } from './snippet.mjs';
for (const line of readFileSync(0, 'utf8').trim().split('\\n')) {
  const [now, ...fields] = line.split('\\t');
  const [keys, id, timestamp, signature] = fields.map((field) => Buffer.from(field, 'base64').toString());
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  console.log(verifyWebhook(keys.split(' '), headers, Buffer.from(fields[4], 'base64'), Number(now)));
}
`,
  },
  probe: [process.execPath, '--version'],
  commands: [[process.execPath, 'drive.mjs']],
});

export const languages: readonly Language[] = [
  node('node'),
  node('node-ed25519'),
  {
    snippet: 'python',
    file: 'snippet.py',
    driver: {
      file: 'drive.py',
      source: `import base64, sys
from snippet import verify_webhook
for line in sys.stdin.read().strip().split("\\n"):
    now, *fields = line.split("\\t")
    raw = [base64.b64decode(field) for field in fields]
    keys, message_id, timestamp, signature = [field.decode() for field in raw[:4]]
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    print("true" if verify_webhook(keys.split(" "), headers, raw[4], int(now)) else "false")
`,
    },
    probe: ['python3', '--version'],
    commands: [['python3', '-B', 'drive.py']],
  },
  {
    snippet: 'php',
    file: 'snippet.php',
    driver: {
      file: 'drive.php',
      source: `<?php
require 'snippet.php';
foreach (explode("\\n", trim(stream_get_contents(STDIN))) as $line) {
    $fields = explode("\\t", $line);
    $now = (int) array_shift($fields);
    [$keys, $id, $timestamp, $signature, $body] = array_map('base64_decode', array_pad($fields, 5, ''));
    $headers = ['webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => $signature];
    echo verify_webhook(explode(' ', $keys), $headers, $body, $now) ? "true\\n" : "false\\n";
}
`,
    },
    probe: ['php', '--version'],
    commands: [['php', 'drive.php']],
  },
  {
    snippet: 'go',
    file: 'snippet.go',
    prepare: (source) => source.replace('package webhook', 'package main'),
    driver: {
      file: 'drive.go',
      source: `package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	input, _ := io.ReadAll(os.Stdin)
	for _, line := range strings.Split(strings.Trim(string(input), "\\n"), "\\n") {
		fields := strings.Split(line, "\\t")
		now, _ := strconv.ParseInt(fields[0], 10, 64)
		raw := map[int]string{}
		for at, field := range fields[1:] {
			bytes, _ := base64.StdEncoding.DecodeString(field)
			raw[at] = string(bytes)
		}
		headers := map[string]string{"webhook-id": raw[1], "webhook-timestamp": raw[2], "webhook-signature": raw[3]}
		header := func(name string) string { return headers[name] }
		fmt.Println(VerifyWebhook(strings.Split(raw[0], " "), header, []byte(raw[4]), now))
	}
}
`,
    },
    probe: ['go', 'version'],
    commands: [['go', 'build', '-o', 'drive', 'snippet.go', 'drive.go'], ['./drive']],
  },
  {
    snippet: 'java',
    file: 'Webhooks.java',
    driver: {
      file: 'Drive.java',
      source: `import java.nio.charset.StandardCharsets;
import java.util.*;

class Drive {
  public static void main(String[] none) throws Exception {
    String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    for (String line : input.split("\\n")) {
      String[] fields = line.split("\\t", -1);
      byte[][] raw = new byte[5][];
      for (int at = 0; at < 5; at++) raw[at] = Base64.getDecoder().decode(fields[at + 1]);
      String[] words = new String[4];
      for (int at = 0; at < 4; at++) words[at] = new String(raw[at], StandardCharsets.UTF_8);
      Map<String, String> headers =
          Map.of("webhook-id", words[1], "webhook-timestamp", words[2], "webhook-signature", words[3]);
      System.out.println(Webhooks.verify(List.of(words[0].split(" ")), headers, raw[4], Long.parseLong(fields[0])));
    }
  }
}
`,
    },
    probe: ['javac', '-version'],
    commands: [
      ['javac', '-encoding', 'UTF-8', 'Webhooks.java', 'Drive.java'],
      ['java', '-cp', '.', 'Drive'],
    ],
  },
];
