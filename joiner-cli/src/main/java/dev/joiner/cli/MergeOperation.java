package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a field that several lines have. */
enum MergeOperation {
    NEWEST {
        @Override
        JsonNode first(JsonNode value) {
            return value;
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return value;
        }
    },
    FIRST {
        @Override
        JsonNode first(JsonNode value) {
            return value;
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return before;
        }
    },
    MIN {
        @Override
        JsonNode first(JsonNode value) {
            return scalar(value);
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return compare(scalar(value), before) < 0 ? value : before;
        }
    },
    MAX {
        @Override
        JsonNode first(JsonNode value) {
            return scalar(value);
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return compare(scalar(value), before) > 0 ? value : before;
        }
    },
    SUM {
        @Override
        JsonNode first(JsonNode value) {
            return Json.number(number(value));
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return Json.number(sum(number(before), number(value)));
        }
    },
    COUNT {
        @Override
        JsonNode first(JsonNode value) {
            return Json.number(BigDecimal.ONE);
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return Json.number(before.decimalValue().add(BigDecimal.ONE));
        }
    },
    /** Makes the place for what is collected, which is kept apart. */
    COLLECT {
        @Override
        JsonNode first(JsonNode value) {
            return JSON.arrayNode();
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            return before.isArray() ? before : JSON.arrayNode().add(before);
        }
    },
    CONCAT {
        @Override
        JsonNode first(JsonNode value) {
            return value.isArray() ? value : TextNode.valueOf(scalar(value).asText());
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            if (before.isArray()) {
                return value.isArray()
                        ? copy(before).addAll((ArrayNode) value)
                        : copy(before).add(value);
            }
            return value.isArray()
                    ? JSON.arrayNode().add(before).addAll((ArrayNode) value)
                    : TextNode.valueOf(before.asText() + "\n" + scalar(value).asText());
        }
    },
    DISTINCT {
        @Override
        JsonNode first(JsonNode value) {
            return merge(JSON.arrayNode(), value);
        }

        @Override
        JsonNode merge(JsonNode before, JsonNode value) {
            ArrayNode all = copy(before);
            for (JsonNode element : value.isArray() ? value : JSON.arrayNode().add(value)) {
                if (!contains(all, element)) {
                    all.add(element);
                }
            }
            return all;
        }
    };

    private static final int MAX_DIGITS = 1_000;
    private static final int MAX_SHOWN = 60;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What the field's first value comes to; never null. */
    abstract JsonNode first(JsonNode value);

    /**
     * What a further value makes of it. Neither argument is changed.
     *
     * @throws IllegalArgumentException if the operation cannot be done with such a value
     */
    abstract JsonNode merge(JsonNode before, JsonNode value);

    static MergeOperation parse(String name) {
        for (MergeOperation operation : values()) {
            if (operation.toString().equals(name)) {
                return operation;
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" is not one of "
                + Arrays.stream(values()).map(MergeOperation::toString).collect(Collectors.joining(", ")));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Numbers by their value, everything else by its text: times as ISO 8601 writes them, say. */
    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue())
                : one.asText().compareTo(other.asText());
    }

    private static JsonNode scalar(JsonNode value) {
        if (!value.isValueNode()) {
            throw new IllegalArgumentException(
                    "is " + value.getNodeType().name().toLowerCase(Locale.ROOT) + ", not a text or number");
        }
        return value;
    }

    /** But not of 1e1000000000 and 1: it would take all memory. */
    private static BigDecimal sum(BigDecimal one, BigDecimal other) {
        long whole = Math.max((long) one.precision() - one.scale(), (long) other.precision() - other.scale());
        if (whole + Math.max(one.scale(), other.scale()) > MAX_DIGITS) {
            throw new IllegalArgumentException("makes a sum of more than " + MAX_DIGITS + " digits");
        }
        return one.add(other);
    }

    private static BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        try {
            if (value.isTextual() && value.textValue().length() <= 1000) {
                return new BigDecimal(value.textValue().strip());
            }
        } catch (NumberFormatException e) {
            // It is told below.
        }
        throw new IllegalArgumentException("is " + shortened(value.toString()) + ", must be a number");
    }

    /** Values may be as long as lines. */
    private static String shortened(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static ArrayNode copy(JsonNode array) {
        return JSON.arrayNode().addAll((ArrayNode) array);
    }

    private static boolean contains(ArrayNode array, JsonNode value) {
        for (JsonNode element : array) {
            if (element.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
