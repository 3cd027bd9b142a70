package dev.joiner.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Lines in the shape of logs and events that are public: of sshd, HDFS, OpenStack, webhooks and traces. The same seed gives
 * the same lines.
 */
final class PublicLogs {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final int DAY_MILLIS = 86_400_000;

    private final Random random;
    private final List<Stamped> lines = new ArrayList<>();

    private record Stamped(long millis, String json) {}

    private PublicLogs(long seed) {
        random = new Random(seed);
    }

    private List<String> inOrder() {
        return lines.stream()
                .sorted(Comparator.comparingLong(Stamped::millis))
                .map(Stamped::json)
                .toList();
    }

    private void add(long millis, String json, Object... values) {
        lines.add(new Stamped(millis, String.format(Locale.ROOT, json.replace('\'', '"'), values)));
    }

    private String time(long millis) {
        return BEGIN.plusMillis(millis).toString();
    }

    private String logTime(long millis) {
        return time(millis)
                .replace('T', ' ')
                .replace("Z", "")
                .concat(millis % 1000 == 0 ? ".000" : "")
                .replace('.', ',');
    }

    /** Logins of a day; a process id comes again after hours, as it does on a real machine. */
    static List<String> sshd(long seed, int sessions) {
        PublicLogs logs = new PublicLogs(seed);
        String[] users = {"root", "admin", "webmaster", "git", "fztu", "uucp"};
        for (int i = 0; i < sessions; i++) {
            int pid = 24_200 + logs.random.nextInt(sessions / 4);
            long at = logs.random.nextInt(DAY_MILLIS);
            String user = users[logs.random.nextInt(users.length)];
            String address = "173.234.31." + logs.random.nextInt(256);
            int failures = 1 + logs.random.nextInt(5);
            logs.add(
                    at,
                    "{'ts':'%s','host':'LabSZ','pid':%d,'message':'Invalid user %s from %s','user':'%s'}",
                    logs.time(at),
                    pid,
                    user,
                    address,
                    user);
            for (int j = 0; j < failures; j++) {
                at += 1 + logs.random.nextInt(4000);
                logs.add(
                        at,
                        "{'ts':'%s','host':'LabSZ','pid':%d,'message':'Failed password for invalid user %s from %s port %d ssh2',"
                                + "'failures':1,'from':'%s'}",
                        logs.time(at),
                        pid,
                        user,
                        address,
                        1024 + logs.random.nextInt(60_000),
                        address);
            }
            at += 1 + logs.random.nextInt(2000);
            logs.add(
                    at,
                    "{'ts':'%s','host':'LabSZ','pid':%d,'message':'Connection closed by %s [preauth]'}",
                    logs.time(at),
                    pid,
                    address);
        }
        return logs.inOrder();
    }

    /** Blocks that are written to three nodes each, with times as Java's loggers write them. */
    static List<String> hdfs(long seed, int blocks) {
        PublicLogs logs = new PublicLogs(seed);
        for (int i = 0; i < blocks; i++) {
            String block = "blk_" + logs.random.nextLong();
            long at = logs.random.nextInt(DAY_MILLIS);
            long size = 1L + logs.random.nextInt(67_108_864);
            logs.add(
                    at,
                    "{'ts':'%s','level':'INFO','component':'dfs.FSNamesystem','block':'%s','op':'allocate'}",
                    logs.logTime(at),
                    block);
            for (int replica = 0; replica < 3; replica++) {
                String node = "10.250." + logs.random.nextInt(20) + "." + logs.random.nextInt(256);
                long done = at + 1 + logs.random.nextInt(60_000);
                logs.add(
                        done,
                        "{'ts':'%s','level':'INFO','component':'dfs.DataNode$PacketResponder','block':'%s','op':'received',"
                                + "'size':%d,'node':'%s'}",
                        logs.logTime(done),
                        block,
                        size,
                        node);
            }
            if (logs.random.nextInt(10) == 0) {
                long failed = at + 1 + logs.random.nextInt(60_000);
                logs.add(
                        failed,
                        "{'ts':'%s','level':'WARN','component':'dfs.DataNode$DataXceiver','block':'%s','op':'exception'}",
                        logs.logTime(failed),
                        block);
            }
        }
        return logs.inOrder();
    }

    /** Requests that go through several services of OpenStack, each of which names the request in its own way. */
    static List<String> openStack(long seed, int requests) {
        PublicLogs logs = new PublicLogs(seed);
        String[] services = {"nova-api", "nova-scheduler", "nova-compute"};
        for (int i = 0; i < requests; i++) {
            String request = "req-" + Integer.toHexString(logs.random.nextInt()) + "-" + i;
            long at = logs.random.nextInt(DAY_MILLIS);
            for (String service : services) {
                int count = 1 + logs.random.nextInt(3);
                for (int j = 0; j < count; j++) {
                    at += 1 + logs.random.nextInt(500);
                    String name = service.equals("nova-api") ? "'context':{'request_id':'%s'}" : "'request_id':'%s'";
                    logs.add(
                            at,
                            "{'ts':%d.%03d,'service':'%s'," + name + ",'level':'%s'}",
                            (BEGIN.toEpochMilli() + at) / 1000,
                            (BEGIN.toEpochMilli() + at) % 1000,
                            service,
                            request,
                            logs.random.nextInt(20) == 0 ? "WARNING" : "INFO");
                }
            }
            at += 1 + logs.random.nextInt(500);
            logs.add(
                    at,
                    "{'ts':%d.%03d,'service':'nova-api','context':{'request_id':'%s'},'level':'INFO','status':%d,'seconds':%d.%d}",
                    (BEGIN.toEpochMilli() + at) / 1000,
                    (BEGIN.toEpochMilli() + at) % 1000,
                    request,
                    logs.random.nextInt(10) == 0 ? 500 : 200,
                    logs.random.nextInt(3),
                    1 + logs.random.nextInt(9));
        }
        return logs.inOrder();
    }

    /** Webhooks of payments, of which every tenth is delivered again. */
    static List<String> webhooks(long seed, int payments) {
        PublicLogs logs = new PublicLogs(seed);
        for (int i = 0; i < payments; i++) {
            long at = logs.random.nextInt(DAY_MILLIS);
            String[] types = {"payment_intent.created", "charge.succeeded", "invoice.paid"};
            String[] fields = {
                "'amount':" + (100 + logs.random.nextInt(9900)), "'charge':'ch_" + i + "'", "'invoice':'in_" + i + "'"
            };
            for (int j = 0; j < types.length; j++) {
                long sent = at + logs.random.nextInt(5000);
                String json = "{'id':'evt_" + i + "_" + j + "','type':'" + types[j] + "','created':"
                        + (BEGIN.toEpochMilli() + sent) / 1000 + ",'data':{'object':{'payment_intent':'pi_" + i + "',"
                        + fields[j] + "}}}";
                logs.add(sent, json);
                if (logs.random.nextInt(10) == 0) {
                    logs.add(sent + logs.random.nextInt(600_000), json);
                }
            }
        }
        return logs.inOrder();
    }

    /** Spans of traces, in the order in which they end: the root comes last. */
    static List<String> spans(long seed, int traces) {
        PublicLogs logs = new PublicLogs(seed);
        for (int i = 0; i < traces; i++) {
            String trace = String.format(Locale.ROOT, "%016x%016x", logs.random.nextLong(), i);
            long at = logs.random.nextInt(DAY_MILLIS);
            long end = at + 1000 + logs.random.nextInt(1000);
            int children = logs.random.nextInt(6);
            for (int j = 0; j <= children; j++) {
                boolean isRoot = j == children;
                long from = isRoot ? at : at + logs.random.nextInt(500);
                long to = isRoot ? end : from + logs.random.nextInt(500);
                long nanos = 1_000_000;
                logs.add(
                        to,
                        "{'traceId':'%s','span':{'id':'%04x','name':'%s'},'kind':'%s','start':'%d','end':'%d'}",
                        trace,
                        j,
                        isRoot ? "GET /orders" : "SELECT",
                        isRoot ? "SERVER" : "CLIENT",
                        (BEGIN.toEpochMilli() + from) * nanos,
                        (BEGIN.toEpochMilli() + to) * nanos);
            }
        }
        return logs.inOrder();
    }
}
