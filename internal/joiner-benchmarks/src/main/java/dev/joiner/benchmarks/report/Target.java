package dev.joiner.benchmarks.report;

import java.util.Locale;

/** What was aimed at, and what came of it. */
public record Target(String what, String aim, String measured, boolean reached) {

    /** A number that is to be at least so much. */
    public static Target atLeast(String what, double aim, double measured) {
        return new Target(what, "at least " + number(aim), number(measured), measured >= aim);
    }

    /** A number that is to be at most so much. */
    public static Target atMost(String what, double aim, double measured) {
        return new Target(what, "at most " + number(aim), number(measured), measured <= aim);
    }

    /** A number with about three digits that matter. */
    public static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        String text = String.format(Locale.ROOT, format, value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
